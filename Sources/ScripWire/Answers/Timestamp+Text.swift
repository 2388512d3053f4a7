import ScripCore

extension Timestamp {
    /// The moment in RFC 3339, in UTC.
    package var text: String { RFC3339.print(microseconds: microseconds) }
}
