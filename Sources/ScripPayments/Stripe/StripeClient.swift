import Logging
import NIOHTTP1
import ScripEngine
import ScripJSON

/// Sends requests to Stripe's HTTP API: form-encoded, with the pinned version, tried again when that can help.
public struct StripeClient: Sendable {
    /// Where the API is.
    public static let address = "https://api.stripe.com"
    /// The version that every request names, so that answers keep their shape.
    public static let apiVersion = "2025-03-31.basil"

    let configuration: ServiceConfiguration
    private let connection: ServiceConnection

    /// Makes a client of Stripe's API.
    public init(configuration: ServiceConfiguration, logger: Logger) {
        self.configuration = configuration
        connection = ServiceConnection(
            service: "Stripe", configuration: configuration, version: ("Stripe-Version", StripeClient.apiVersion),
            retryField: "Stripe-Should-Retry", logger: logger)
    }

    /// Asks for an object; `nil` when there is none.
    func get(_ path: String, _ query: FormBody = FormBody()) async throws(PaymentProblem) -> JSONValue? {
        let text = query.text
        let reply = try await connection.send(
            .init(method: .GET, path: text.isEmpty ? path : "\(path)?\(text)"))
        return reply.status == 404 ? nil : try StripeClient.checked(reply)
    }

    /// Makes or changes an object. The same key does it once.
    func post(_ path: String, _ body: FormBody, key: String?) async throws(PaymentProblem) -> JSONValue {
        try StripeClient.checked(
            try await connection.send(.init(method: .POST, path: path, body: body.text, key: key)))
    }

    /// All objects of a list, page by page.
    func list(_ path: String, _ query: FormBody, most: Int = 10_000) async throws(PaymentProblem) -> [JSONValue] {
        var objects: [JSONValue] = []
        var last: String?
        // Pages are full but for the last; whoever sends others would be asked without end.
        for _ in 0...(most / 100 + 1) {
            var page = query
            page.add("limit", 100)
            page.add("starting_after", last)
            guard let answer = try await get(path, page), let data = answer["data"]?.arrayValue else { return objects }
            objects += data
            last = answer["has_more"]?.boolValue == true ? StripeObjects.id(data.last?["id"]) : nil
            if last == nil || objects.count >= most { break }
        }
        return Array(objects.prefix(most))
    }

    private static func checked(_ reply: ServiceConnection.Reply) throws(PaymentProblem) -> JSONValue {
        if (200..<300).contains(reply.status) {
            if reply.json.objectValue == nil {
                throw PaymentProblem(.malformed, "Stripe's answer is not a JSON object.")
            }
            return reply.json
        }
        let error = reply.json["error"]
        let words = error?["message"]?.stringValue ?? "status \(reply.status)"
        let code = error?["code"]?.stringValue.map { " (\($0))" } ?? ""
        if reply.mayTryAgain { throw PaymentProblem(.unreachable, "Stripe is busy: \(words)\(code)") }
        // Only a refusal of Stripe's own, of just this request, says that nothing was done under the request's name:
        // not that of something between us, of a key that is not taken any more, or of a name that was used otherwise.
        let isCertain = error?.objectValue != nil && reply.status != 401 && reply.status != 403
        if !isCertain || error?["type"]?.stringValue == "idempotency_error" {
            throw PaymentProblem(.unreachable, "Stripe did not answer the request: \(words)\(code)")
        }
        if reply.status == 402 {
            let intent = error?["payment_intent"].flatMap { StripeObjects.facts(ofIntent: $0) }
            throw PaymentProblem(.declined, "\(words)\(code)", facts: intent)
        }
        throw PaymentProblem(.refused, "Stripe refuses: \(words)\(code)")
    }
}
