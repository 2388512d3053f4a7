extension BinaryInteger {
    /// A count with its word, for people: `1 account`, `2 accounts`, `1 entry` (with `entries` as many).
    public func counted(_ one: String, many: String? = nil) -> String {
        self == 1 ? "1 \(one)" : "\(self) \(many ?? one + "s")"
    }
}
