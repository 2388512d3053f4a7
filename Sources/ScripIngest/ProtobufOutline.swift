/// Counts the messages of an export before it is decoded, because two bytes can ask for a message of a hundred.
///
/// The count ends at bytes that are not well formed. Groups are among these: the protocol has none.
struct ProtobufOutline {
    /// The messages that matter, and in which fields of which others they lie.
    private enum Kind {
        case request, resourceSpans, resource, scopeSpans, span, keyValue, anyValue, arrayValue, keyValueList

        func message(inField number: UInt64) -> Kind? {
            switch (self, number) {
            case (.request, 1): .resourceSpans
            case (.resourceSpans, 1): .resource
            case (.resourceSpans, 2): .scopeSpans
            case (.scopeSpans, 2): .span
            case (.resource, 1), (.span, 9), (.keyValueList, 1): .keyValue
            case (.keyValue, 2), (.arrayValue, 1): .anyValue
            case (.anyValue, 5): .arrayValue
            case (.anyValue, 6): .keyValueList
            default: nil
            }
        }
    }

    /// How many spans there are.
    private(set) var spanCount = 0
    /// How many messages there are, spans among them.
    private(set) var messageCount = 0
    /// Whether the count came to the end.
    private(set) var isWhole = false
    private let bytes: [UInt8]
    private let maxMessages: Int

    init(_ bytes: [UInt8], maxLevels: Int, maxMessages: Int) {
        self.bytes = bytes
        self.maxMessages = maxMessages
        isWhole = walk(0..<bytes.count, .request, levelsLeft: maxLevels)
    }

    private mutating func walk(_ range: Range<Int>, _ kind: Kind, levelsLeft: Int) -> Bool {
        messageCount += 1
        if kind == .span { spanCount += 1 }
        if levelsLeft == 0 || messageCount > maxMessages { return false }
        var position = range.lowerBound
        while position < range.upperBound {
            guard let key = number(&position, range.upperBound) else { return false }
            switch key & 7 {
            case 0: guard number(&position, range.upperBound) != nil else { return false }
            case 1: position += 8
            case 5: position += 4
            case 2:
                guard let length = number(&position, range.upperBound), length <= UInt64(range.upperBound - position)
                else { return false }
                let content = position..<position + Int(length)
                if let inner = kind.message(inField: key >> 3) {
                    guard walk(content, inner, levelsLeft: levelsLeft - 1) else { return false }
                }
                position = content.upperBound
            default: return false
            }
        }
        return position == range.upperBound
    }

    private func number(_ position: inout Int, _ end: Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { return nil }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
