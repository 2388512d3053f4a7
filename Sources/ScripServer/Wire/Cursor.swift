import ScripAPI
import ScripCore

/// Where a page ends, as an opaque text.
enum Cursor {
    static func make(_ place: String) -> String { Base64URL.encode(place.utf8) }

    static func read(_ cursor: String) throws -> String {
        guard let bytes = Base64URL.decode(cursor.utf8), let place = String(validating: bytes, as: UTF8.self) else {
            throw refusal
        }
        return place
    }

    /// What is thrown for a text that is none.
    static let refusal = ValidationError([
        .init(pointer: "cursor", detail: "must be a next_cursor of an earlier page")
    ])
}

extension Call {
    /// Where an earlier page ended, as the number of a line or of a record, which count from 1.
    func cursorNumber() throws -> Int64? {
        try query["cursor"].map { cursor in
            guard let number = Int64(try Cursor.read(cursor)), number > 0 else { throw Cursor.refusal }
            return number
        }
    }
}
