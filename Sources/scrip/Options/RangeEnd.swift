import ArgumentParser
import ScripCore

/// The end of a range of time: what happened before it is in the range. A bare day means that whole day.
struct RangeEnd: ExpressibleByArgument {
    /// The first moment after the range.
    var moment: Timestamp

    init?(argument: String) {
        guard let time = Timestamp(reading: argument) else { return nil }
        moment = argument.utf8.count == 10 ? time.endOfDay : time
    }
}
