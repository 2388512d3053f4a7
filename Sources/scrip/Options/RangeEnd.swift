import ArgumentParser
import ScripCore

/// The end of a range of time. The end itself is not in the range, but a bare day means that whole day.
struct RangeEnd: ExpressibleByArgument {
    /// The first moment after the range.
    var moment: Timestamp

    init?(argument: String) {
        guard let time = Timestamp(reading: argument) else { return nil }
        moment = argument.utf8.count == 10 ? time.endOfDay : time
    }
}
