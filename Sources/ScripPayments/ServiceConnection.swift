import Logging
import NIOHTTP1
import ScripCore
import ScripEngine
import ScripHTTPClient
import ScripJSON

/// The way to a payment service's HTTP API: bounded in time and bytes, and tried again when that can help.
struct ServiceConnection: Sendable, HidingSecrets {
    /// The most bytes of an answer.
    static let maxBytes = 8_388_608

    /// The service's name, for people.
    var service: String
    var configuration: ServiceConfiguration
    /// The field and the value with which every request names the API's version.
    var version: (field: String, value: String)
    /// The field of an answer that says whether to try again, if the service has one.
    var retryField: String?
    let logger: Logger

    var description: String { "\(service) at \(configuration.address)" }

    /// What is asked of the service.
    struct Request: Sendable {
        var method: HTTPMethod
        /// The path, with its query.
        var path: String
        var body: String?
        var contentType = "application/x-www-form-urlencoded"
        /// The name under which the service does it once.
        var key: String?
        /// Whether the service may see it twice. What may not be seen twice is tried again only where the service says
        /// that it did nothing.
        var isRepeatable = true
    }

    /// What the service says.
    struct Reply: Sendable {
        var status: Int
        var json: JSONValue
        var mayTryAgain: Bool
        var waitMilliseconds: Int64?
    }

    /// Sends a request.
    /// - Throws: ``PaymentProblem`` with ``PaymentProblem/Code/unreachable`` when no answer comes.
    func send(_ request: Request) async throws(PaymentProblem) -> Reply {
        var delay = configuration.firstDelayMilliseconds
        let attempts = configuration.attempts
        for attempt in 1...attempts {
            let problem: String
            do {
                let reply = try await sendOnce(request)
                let isDone = !reply.mayTryAgain || (!request.isRepeatable && reply.status != 429)
                if isDone || attempt == attempts { return reply }
                if let asked = reply.waitMilliseconds { delay = max(delay, asked) }
                problem = "status \(reply.status)"
            } catch {
                // The error may hold the request; only its kind is told.
                problem = "\(type(of: error))"
                if attempt == attempts || !request.isRepeatable {
                    throw PaymentProblem(.unreachable, "\(service) does not answer (\(problem)).")
                }
            }
            logger.warning(
                "a payment request failed and is tried again",
                metadata: ["path": "\(Self.shown(request.path))", "attempt": "\(attempt)", "problem": "\(problem)"])
            do {
                try await Task.sleep(for: .milliseconds(delay + Int64.random(in: 0...(delay / 2 + 1))))
            } catch {
                throw PaymentProblem(.unreachable, "The request to \(service) was stopped.")
            }
            delay *= 2
        }
        throw PaymentProblem(.unreachable, "\(service) does not answer.")
    }

    private func sendOnce(_ request: Request) async throws -> Reply {
        let answer = try await BoundedHTTPClient.send(
            outgoing(request), within: .milliseconds(configuration.timeoutMilliseconds),
            maxBytes: ServiceConnection.maxBytes)
        let told = retryField.flatMap { answer.field($0) }
        let mayTryAgain =
            told.map { $0 == "true" } ?? (answer.status == 409 || answer.status == 429 || answer.status >= 500)
        return Reply(
            status: answer.status, json: (try? JSONValue.parse(answer.body)) ?? .null, mayTryAgain: mayTryAgain,
            waitMilliseconds: ServiceConnection.waitMilliseconds(retryAfter: answer.field("Retry-After")))
    }

    private func outgoing(_ request: Request) -> OutgoingRequest {
        var sent = OutgoingRequest(request.method.rawValue, configuration.address + request.path)
        sent.fields = [
            ("Authorization", "Bearer \(configuration.secret)"), (version.field, version.value),
            ("User-Agent", "scrip"),
        ]
        if let key = request.key { sent.fields.append(("Idempotency-Key", key)) }
        if request.body != nil { sent.fields.append(("Content-Type", request.contentType)) }
        sent.body = request.body
        return sent
    }

    /// How long an answer asks to wait, at most half a minute.
    static func waitMilliseconds(retryAfter: String?) -> Int64? {
        retryAfter.flatMap { Int64($0) }.map { min(max($0, 0), 30) * 1_000 }
    }

    /// A path without its query, for logs.
    private static func shown(_ path: String) -> Substring { path.prefix { $0 != "?" } }
}
