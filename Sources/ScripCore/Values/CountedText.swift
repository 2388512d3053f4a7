extension BinaryInteger {
    /// A count with its noun, for people: `1 account`, `2 accounts`. Pass `many` for plurals without a plain `s`.
    public func counted(_ one: String, many: String? = nil) -> String {
        self == 1 ? "1 \(one)" : "\(self) \(many ?? one + "s")"
    }
}
