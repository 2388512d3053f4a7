import ScripCore
import ScripWire

extension Timestamp {
    /// RFC 3339 in UTC to the second, for tables.
    var shortText: String {
        let second = microseconds.addingClamped(-(((microseconds % 1_000_000) + 1_000_000) % 1_000_000))
        return RFC3339.print(microseconds: second)
    }

    /// The first moment after the day of UTC that it is in.
    var endOfDay: Timestamp { adding(seconds: 86_400) }

    /// Reads RFC 3339, a day, or a date and time of UTC without an offset such as `2023-11-16 18:15:46.6805900`.
    init?(reading text: String) {
        let attempts = text.utf8.count == 10 ? [text + "T00:00:00Z"] : [text, text + "Z"]
        guard let microseconds = attempts.lazy.compactMap(RFC3339.parse).first else { return nil }
        self.init(microseconds: microseconds)
    }
}
