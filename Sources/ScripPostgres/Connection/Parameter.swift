/// A value that goes with a statement, in PostgreSQL's binary form.
///
/// PostgreSQL's texts cannot hold the character U+0000; it is kept as its picture, U+2400. Ids and idempotency keys
/// never have it.
enum Parameter: Sendable {
    case text(String?)
    case integer(Int64?)
    case bytes([UInt8]?)
    case texts([String?])
    case integers([Int64?])
    case blobs([[UInt8]])
    /// Texts that are known to be UTF-8 without U+0000.
    case encodedTexts([[UInt8]])

    /// The number of the type in PostgreSQL's catalog (`pg_type`).
    var type: UInt32 {
        switch self {
        case .integer: ElementType.integer
        case .bytes: ElementType.bytes
        case .text: ElementType.text
        case .blobs: 1_001
        case .texts, .encodedTexts: 1_009
        case .integers: 1_016
        }
    }

    private enum ElementType {
        static let bytes: UInt32 = 17
        static let integer: UInt32 = 20
        static let text: UInt32 = 25
    }

    /// Appends the binary form.
    /// - Returns: whether there is a value; an absent one has no bytes.
    func write(into buffer: inout [UInt8]) -> Bool {
        switch self {
        case .text(let text):
            guard let text else { return false }
            Parameter.append(text, to: &buffer)
        case .integer(let integer):
            guard let integer else { return false }
            Parameter.append(integer, to: &buffer)
        case .bytes(let bytes):
            guard let bytes else { return false }
            buffer += bytes
        case .texts(let texts):
            Parameter.header(ElementType.text, count: texts.count, to: &buffer)
            for text in texts {
                Parameter.element(text, to: &buffer) { Parameter.append($0, to: &$1) }
            }
        case .integers(let integers):
            Parameter.header(ElementType.integer, count: integers.count, to: &buffer)
            for integer in integers {
                Parameter.element(integer, to: &buffer) { Parameter.append($0, to: &$1) }
            }
        case .blobs(let blobs):
            Parameter.header(ElementType.bytes, count: blobs.count, to: &buffer)
            for blob in blobs { Parameter.element(blob, to: &buffer) { $1 += $0 } }
        case .encodedTexts(let texts):
            Parameter.header(ElementType.text, count: texts.count, to: &buffer)
            for text in texts { Parameter.element(text, to: &buffer) { $1 += $0 } }
        }
        return true
    }

    private static func header(_ element: UInt32, count: Int, to buffer: inout [UInt8]) {
        append(Int32(count == 0 ? 0 : 1), to: &buffer)
        append(Int32(1), to: &buffer)
        append(element, to: &buffer)
        if count == 0 { return }
        append(Int32(count), to: &buffer)
        append(Int32(1), to: &buffer)
    }

    private static func element<Value>(
        _ value: Value?, to buffer: inout [UInt8], _ write: (Value, inout [UInt8]) -> Void
    ) {
        guard let value else { return append(Int32(-1), to: &buffer) }
        let start = buffer.count
        append(Int32(0), to: &buffer)
        write(value, &buffer)
        let length = UInt32(buffer.count - start - 4)
        for index in 0..<4 { buffer[start + index] = UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32(index))) }
    }

    private static func append(_ integer: some FixedWidthInteger, to buffer: inout [UInt8]) {
        withUnsafeBytes(of: integer.bigEndian) { buffer.append(contentsOf: $0) }
    }

    private static func append(_ text: String, to buffer: inout [UInt8]) {
        var text = text
        let hasZero = text.withUTF8 { $0.contains(0) }
        if !hasZero {
            text.withUTF8 { buffer.append(contentsOf: $0) }
            return
        }
        for byte in text.utf8 {
            if byte == 0 { buffer.append(contentsOf: "\u{2400}".utf8) } else { buffer.append(byte) }
        }
    }
}

/// One statement and what goes with it.
struct Statement: Sendable {
    var sql: String
    var parameters: [Parameter]

    init(_ sql: String, _ parameters: Parameter...) {
        self.init(sql, parameters)
    }

    init(_ sql: String, _ parameters: [Parameter]) {
        self.sql = sql
        self.parameters = parameters
    }
}
