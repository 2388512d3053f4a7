import ScripCore
import ScripJSON

extension JSONValue {
    /// A request's body as JSON; no body counts as an empty object.
    package static func ofBody(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
        if bytes.isEmpty { return .object(JSONObject()) }
        return try parse(bytes)
    }
}
