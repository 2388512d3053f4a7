import ScripCore

/// Where a page ends, as an opaque text.
package enum Cursor {
    package static func make(_ place: String) -> String { Base64URL.encode(place.utf8) }

    package static func read(_ cursor: String) throws -> String {
        guard let bytes = Base64URL.decode(cursor.utf8), let place = String(validating: bytes, as: UTF8.self) else {
            throw refusal
        }
        return place
    }

    /// What is thrown for a text that is none.
    package static let refusal = ValidationError([
        .init(pointer: "cursor", detail: "must be a next_cursor of an earlier page")
    ])
}
