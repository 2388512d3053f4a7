/// Why a text is not JSON.
public struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var message: String
    /// At which byte, from 0.
    public var offset: Int

    /// A sentence for people.
    public var description: String { "\(message) at byte \(offset)" }
}

extension JSONValue {
    /// How many values one text may have. Small ones take some hundred times the memory of their bytes.
    public static let maxValues = 1_000_000

    /// Reads one JSON text (RFC 8259), strictly: UTF-8, no duplicate names, no trailing bytes, limited depth, at most
    /// ``maxValues`` values.
    /// - Parameter depth: how many arrays and objects may be nested.
    /// - Throws: ``JSONSyntaxError``.
    public static func parse(_ bytes: [UInt8], depth: Int = 32) throws(JSONSyntaxError) -> JSONValue {
        var parser = JSONParser(bytes: bytes, deepest: depth)
        return try parser.document()
    }
}

struct JSONParser {
    let bytes: [UInt8]
    let deepest: Int
    var position = 0
    private var valueCount = 0

    init(bytes: [UInt8], deepest: Int) {
        self.bytes = bytes
        self.deepest = deepest
    }

    mutating func document() throws(JSONSyntaxError) -> JSONValue {
        skipSpace()
        let value = try value(depth: 0)
        skipSpace()
        if position < bytes.count { throw error("unexpected text after the value") }
        return value
    }

    func error(_ message: String) -> JSONSyntaxError { JSONSyntaxError(message: message, offset: position) }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard let first = next else { throw error("unexpected end") }
        valueCount += 1
        if valueCount > JSONValue.maxValues { throw error("more than \(JSONValue.maxValues) values") }
        switch first {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard next == text.utf8Start[index] else { throw error("unexpected character") }
            position += 1
        }
        return value
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        if depth > deepest { throw error("nested more than \(deepest) levels deep") }
        position += 1
        var members: [JSONObject.Member] = []
        var names = TakenNames()
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object(JSONObject())
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("expected a name in quotes") }
            let name = try string()
            if !names.take(name, beside: members) { throw error("the name '\(name)' appears twice") }
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw error("expected ':'") }
            position += 1
            skipSpace()
            members.append(JSONObject.Member(name: name, value: try value(depth: depth)))
            skipSpace()
            switch next {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return .object(JSONObject(members))
            default: throw error("expected ',' or '}'")
            }
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        if depth > deepest { throw error("nested more than \(deepest) levels deep") }
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            skipSpace()
            elements.append(try value(depth: depth))
            skipSpace()
            switch next {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return .array(elements)
            default: throw error("expected ',' or ']'")
            }
        }
    }

    private mutating func number() throws(JSONSyntaxError) -> String {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits()
        }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = position
        while let digit = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) { position += 1 }
        if position == start { throw error(next == nil ? "unexpected end" : "unexpected character") }
    }
}

/// The names of an object's members so far: few are compared one by one, many are kept in a set.
private struct TakenNames {
    /// Up to how many names comparing is quicker than hashing.
    private static let fewest = 16

    private var names: Set<String> = []

    /// Takes a name for a member that follows the others; `false` when one of them has it.
    mutating func take(_ name: String, beside members: [JSONObject.Member]) -> Bool {
        if members.count < TakenNames.fewest { return !members.contains { $0.name == name } }
        if names.isEmpty { names = Set(members.map(\.name)) }
        return names.insert(name).inserted
    }
}
