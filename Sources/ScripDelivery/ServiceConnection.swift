import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ScripCore
import ScripEngine
import ScripJSON

/// The way to a payment service's HTTP API: bounded in time and bytes, and tried again when that can help.
struct ServiceConnection: Sendable, HidingSecrets {
    /// The most bytes of an answer.
    static let mostBytes = 8_388_608

    /// Redirects would take the secret key to another address; compressed answers would lead past the limit of bytes.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // How long all of it may take together is limited for each request.
        configuration.timeout = .init(connect: .hours(1), read: nil)
        configuration.decompression = .disabled
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

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
                "payment request is tried again",
                metadata: ["path": "\(Self.shown(request.path))", "attempt": "\(attempt)", "problem": "\(problem)"])
            do {
                try await Task.sleep(for: .milliseconds(delay + Int64.random(in: 0...(delay / 2 + 1))))
            } catch {
                throw PaymentProblem(.unreachable, "The request to \(service) was given up.")
            }
            delay *= 2
        }
        throw PaymentProblem(.unreachable, "\(service) does not answer.")
    }

    /// The answer did not come whole in time.
    private struct AnswerTooSlow: Error {}

    private func sendOnce(_ request: Request) async throws -> Reply {
        let sent = clientRequest(request)
        let limit = Duration.milliseconds(configuration.timeoutMilliseconds)
        // The HTTP client's own limit of time ends with the head of the answer; a body that drips would have no end.
        return try await withThrowingTaskGroup(of: Reply?.self) { [retryField] group in
            group.addTask { try await ServiceConnection.reply(to: sent, retryField: retryField) }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let reply = try await group.next() ?? nil else { throw AnswerTooSlow() }
            return reply
        }
    }

    private func clientRequest(_ request: Request) -> HTTPClientRequest {
        var sent = HTTPClientRequest(url: configuration.address + request.path)
        sent.method = request.method
        sent.headers.add(name: "Authorization", value: "Bearer \(configuration.secret)")
        sent.headers.add(name: version.field, value: version.value)
        sent.headers.add(name: "User-Agent", value: "scrip")
        if let key = request.key { sent.headers.add(name: "Idempotency-Key", value: key) }
        if let body = request.body {
            sent.headers.add(name: "Content-Type", value: request.contentType)
            sent.body = .bytes(ByteBuffer(string: body))
        }
        return sent
    }

    private static func reply(to request: HTTPClientRequest, retryField: String?) async throws -> Reply {
        let response = try await client.execute(request, deadline: .distantFuture)
        let bytes = try await response.body.collect(upTo: mostBytes)
        let status = Int(response.status.code)
        let told = retryField.flatMap { response.headers.first(name: $0) }
        let mayTryAgain = told.map { $0 == "true" } ?? (status == 409 || status == 429 || status >= 500)
        return Reply(
            status: status, json: (try? JSONValue.parse(Array(bytes.readableBytesView))) ?? .null,
            mayTryAgain: mayTryAgain,
            waitMilliseconds: waitMilliseconds(retryAfter: response.headers.first(name: "Retry-After")))
    }

    /// How long an answer asks to wait, at most half a minute.
    static func waitMilliseconds(retryAfter: String?) -> Int64? {
        retryAfter.flatMap { Int64($0) }.map { min(max($0, 0), 30) * 1_000 }
    }

    /// A path without its query, for logs.
    private static func shown(_ path: String) -> Substring { path.prefix { $0 != "?" } }
}
