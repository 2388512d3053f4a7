import Foundation

/// Reads comma-separated values (RFC 4180) record by record, a chunk of the file at a time.
struct CSVReader {
    private let handle: FileHandle
    private var chunk: [UInt8] = []
    private var position = 0
    private static let chunkBytes = 65_536

    /// A reader of a file.
    init(handle: FileHandle) {
        self.handle = handle
    }

    /// The next record's fields; `nil` at the end. Empty lines are skipped.
    mutating func next() throws -> [String]? {
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var wasQuoted = false
        while let byte = try nextByte() {
            if isQuoted {
                if byte != UInt8(ascii: "\"") {
                    field.append(byte)
                } else if try peek() == UInt8(ascii: "\"") {
                    field.append(byte)
                    position += 1
                } else {
                    isQuoted = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\"") where field.isEmpty && !wasQuoted:
                (isQuoted, wasQuoted) = (true, true)
            case UInt8(ascii: ","):
                fields.append(String(decoding: field, as: UTF8.self))
                field = []
                wasQuoted = false
            case UInt8(ascii: "\r"):
                continue
            case UInt8(ascii: "\n"):
                if fields.isEmpty && field.isEmpty && !wasQuoted { continue }
                return fields + [String(decoding: field, as: UTF8.self)]
            default:
                field.append(byte)
            }
        }
        if isQuoted { throw Failure.Problem.refused("The file ends inside a quoted field.") }
        if fields.isEmpty && field.isEmpty { return nil }
        return fields + [String(decoding: field, as: UTF8.self)]
    }

    private mutating func peek() throws -> UInt8? {
        if position == chunk.count {
            chunk = try Array(handle.read(upToCount: CSVReader.chunkBytes) ?? Data())
            position = 0
        }
        return position < chunk.count ? chunk[position] : nil
    }

    private mutating func nextByte() throws -> UInt8? {
        guard let byte = try peek() else { return nil }
        position += 1
        return byte
    }
}
