import Logging
import NIOHTTP1
import ScripEngine
import ScripJSON

/// Sends requests to Polar's HTTP API: JSON, with the pinned version.
///
/// Polar has no idempotency keys. What makes or changes something is therefore sent once; whoever sends it looks first
/// whether it is there already.
public struct PolarClient: Sendable {
    /// Where the API is.
    public static let address = "https://api.polar.sh"
    /// The version that every request names, so that answers keep their shape.
    public static let apiVersion = "2026-10"

    let configuration: ServiceConfiguration
    private let connection: ServiceConnection

    /// Makes a client of Polar's API.
    public init(configuration: ServiceConfiguration, logger: Logger) {
        self.configuration = configuration
        connection = ServiceConnection(
            service: "Polar", configuration: configuration, version: ("Polar-Version", PolarClient.apiVersion),
            logger: logger)
    }

    /// Asks for an object; `nil` when there is none.
    func get(_ path: String, _ query: FormBody = FormBody()) async throws(PaymentProblem) -> JSONValue? {
        let text = query.text
        let reply = try await connection.send(.init(method: .GET, path: text.isEmpty ? path : "\(path)?\(text)"))
        return reply.status == 404 ? nil : try PolarClient.checked(reply)
    }

    /// Makes or changes an object, once.
    func post(_ path: String, _ body: JSONValue) async throws(PaymentProblem) -> JSONValue {
        var writer = JSONWriter()
        writer.value(body)
        let text = String(decoding: writer.bytes, as: UTF8.self)
        return try PolarClient.checked(
            try await connection.send(
                .init(method: .POST, path: path, body: text, contentType: "application/json", isRepeatable: false)))
    }

    /// The objects of a list, page by page.
    /// - Parameter most: how many at most.
    func list(_ path: String, _ query: FormBody, most: Int = 10_000) async throws(PaymentProblem) -> [JSONValue] {
        var objects: [JSONValue] = []
        // Pages are full but for the last; whoever sends others would be asked without end.
        for page in 1...(most / 100 + 2) {
            var query = query
            query.add("limit", 100)
            query.add("page", page)
            // A list that cannot be read must not pass for one that has nothing in it.
            guard let answer = try await get(path, query), let items = answer["items"]?.arrayValue else {
                throw PaymentProblem(.malformed, "Polar's answer is not a list.")
            }
            objects += items
            let last = answer["pagination"]?["max_page"]?.integerValue ?? 0
            if items.isEmpty || page >= last || objects.count >= most { break }
        }
        return Array(objects.prefix(most))
    }

    private static func checked(_ reply: ServiceConnection.Reply) throws(PaymentProblem) -> JSONValue {
        if (200..<300).contains(reply.status) {
            if reply.json.objectValue == nil {
                throw PaymentProblem(.malformed, "Polar's answer is not a JSON object.")
            }
            return reply.json
        }
        let code = reply.json["error"]?.stringValue
        let words = [reply.json["detail"]?.stringValue ?? "status \(reply.status)", code.map { "(\($0))" }]
            .compactMap { $0 }.joined(separator: " ")
        // Only a refusal of Polar's own says that nothing was done: not that of something between us, or of a token
        // that is not taken.
        let isItsOwn = code != nil || reply.json["detail"] != nil
        if reply.mayTryAgain && reply.status != 409 || reply.status == 401 || !isItsOwn {
            throw PaymentProblem(.unreachable, "Polar did not answer the request: \(words)")
        }
        if reply.status == 402 { throw PaymentProblem(.declined, words) }
        throw PaymentProblem(.refused, "Polar refuses: \(words)")
    }
}
