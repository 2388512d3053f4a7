import ScripCore
import ScripJSON

/// The claims of a token, read with the types that the standards give them.
struct TokenClaims {
    let object: JSONObject

    /// A claim by its name, or by a path with dots where there is no claim of that name.
    func value(_ name: String) -> JSONValue? {
        if let value = object[name] { return value }
        var value: JSONValue? = .object(object)
        for part in name.split(separator: ".") { value = value?[String(part)] }
        return value == .null ? nil : value
    }

    /// A claim that is a string.
    /// - Throws: ``TokenRefusal/claimMalformed`` when it is something else.
    func text(_ name: String) throws(TokenRefusal) -> String? {
        guard let value = value(name), value != .null else { return nil }
        guard let text = value.stringValue else { throw .claimMalformed }
        return text
    }

    /// A moment: seconds since 1970, a fraction of which is dropped (RFC 7519 §2).
    /// - Throws: ``TokenRefusal/claimMalformed`` when it is something else.
    func time(_ name: String) throws(TokenRefusal) -> Timestamp? {
        guard let value = object[name], value != .null else { return nil }
        guard case .number(let text) = value, !text.contains("e"), !text.contains("E"),
            let seconds = Int64(text.prefix { $0 != "." }),
            (0...Timestamp.latest.microseconds / Timestamp.microsecondsPerSecond).contains(seconds)
        else { throw .claimMalformed }
        return Timestamp(seconds: seconds)
    }

    /// For whom the token is: one string or a list of them.
    func audiences() throws(TokenRefusal) -> [String] {
        switch object["aud"] {
        case nil, .null: return []
        case .string(let one): return [one]
        case .array(let several):
            var names: [String] = []
            for value in several {
                guard let name = value.stringValue else { throw .claimMalformed }
                names.append(name)
            }
            return names
        default: throw .claimMalformed
        }
    }
}
