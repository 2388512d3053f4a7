import HTTPTypes
import Hummingbird

/// The name under which one request is found in the log.
enum RequestID {
    /// The header that carries it, in requests and in answers.
    static let field = "X-Request-Id"

    /// The caller's own name for the request if it is fit for a header, or a new one.
    static func of(_ request: Request) -> String {
        if let name = HTTPField.Name(field), let given = request.headers[name], (1...128).contains(given.utf8.count),
            given.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        {
            return given
        }
        return new()
    }

    /// Makes a new, random id.
    static func new() -> String { String(UInt64.random(in: 0...UInt64.max), radix: 16) }
}
