import Foundation
import ScripAPI

/// Where a page ends, as an opaque text.
enum Cursor {
    static func make(_ place: String) -> String {
        Data(place.utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func read(_ cursor: String) throws -> String {
        var text = cursor.replacing("-", with: "+").replacing("_", with: "/")
        while text.utf8.count % 4 != 0 { text += "=" }
        guard let data = Data(base64Encoded: text), let place = String(validating: data, as: UTF8.self) else {
            throw ValidationError([.init(pointer: "cursor", detail: "must be a next_cursor of an earlier page")])
        }
        return place
    }
}
