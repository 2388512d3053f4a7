import ScripJSON

/// The length of audio.
enum DurationSeconds {
    /// Whole seconds, rounded up: counts are integers, and a second that was begun is used.
    ///
    /// The number is read from its decimal text, so no float takes part. Some answers write it as a string.
    static func roundedUp(_ node: UsageNode, _ name: String) throws(UsageFormatError) -> Int64? {
        let text: String
        switch node[name] {
        case nil: return nil
        case .number(let number): text = number
        case .string(let string): text = string
        default: throw node.error(name, .integer)
        }
        let isNegative = text.hasPrefix("-")
        let parts = (isNegative ? text.dropFirst() : text[...]).lowercased()
            .split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
        let exponent = parts.count == 2 ? Int(parts[1]) : 0
        let places = (parts.first ?? "").split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = places.first ?? ""
        let fraction = places.count == 2 ? places[1] : ""
        let digits = (whole + fraction).utf8.map { Int64($0) - 48 }
        guard let exponent, !whole.isEmpty, digits.allSatisfy({ (0...9).contains($0) }) else {
            throw node.error(name, .integer)
        }
        guard digits.contains(where: { $0 > 0 }) else { return 0 }
        if isNegative { throw node.error(name, .negative) }
        guard digits.count <= 40, (-60...60).contains(exponent) else { throw node.error(name, .limit) }
        let point = whole.utf8.count + exponent
        var seconds: Int64 = 0
        for index in 0..<max(point, 0) {
            seconds = seconds * 10 + (index < digits.count ? digits[index] : 0)
            if seconds > UsageNode.maxTokens { throw node.error(name, .limit) }
        }
        let hasRest = digits.dropFirst(max(point, 0)).contains { $0 > 0 }
        return seconds + (hasRest ? 1 : 0)
    }
}
