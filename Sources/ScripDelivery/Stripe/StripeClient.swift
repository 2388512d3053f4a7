import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ScripEngine
import ScripJSON

/// Sends requests to Stripe's HTTP API: form-encoded, with the pinned version, tried again when that can help.
public struct StripeClient: Sendable {
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

    let configuration: StripeConfiguration
    private let logger: Logger

    /// A client.
    public init(configuration: StripeConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Asks for an object; `nil` when there is none.
    func get(_ path: String, _ query: FormBody = FormBody()) async throws(PaymentProblem) -> JSONValue? {
        let text = query.text
        let reply = try await send(.GET, text.isEmpty ? path : "\(path)?\(text)", body: nil, key: nil)
        return reply.status == 404 ? nil : try StripeClient.checked(reply)
    }

    /// Makes or changes an object. The same key does it once.
    func post(_ path: String, _ body: FormBody, key: String?) async throws(PaymentProblem) -> JSONValue {
        try StripeClient.checked(try await send(.POST, path, body: body.text, key: key))
    }

    /// All objects of a list, page by page.
    func list(_ path: String, _ query: FormBody, most: Int = 10_000) async throws(PaymentProblem) -> [JSONValue] {
        var objects: [JSONValue] = []
        var last: String?
        repeat {
            var page = query
            page.add("limit", 100)
            page.add("starting_after", last)
            guard let answer = try await get(path, page), let data = answer["data"]?.arrayValue else { return objects }
            objects += data
            last = answer["has_more"]?.boolValue == true ? data.last?["id"]?.stringValue : nil
        } while last != nil && objects.count < most
        return objects
    }

    private struct Reply: Sendable {
        var status: Int
        var json: JSONValue
        var mayTryAgain: Bool
        var waitMilliseconds: Int64?
    }

    private func send(
        _ method: HTTPMethod, _ path: String, body: String?, key: String?
    ) async throws(PaymentProblem) -> Reply {
        var delay = configuration.firstDelayMilliseconds
        for attempt in 1...configuration.attempts {
            let problem: String
            do {
                let reply = try await sendOnce(method, path, body: body, key: key)
                if !reply.mayTryAgain || attempt == configuration.attempts { return reply }
                if let asked = reply.waitMilliseconds { delay = max(delay, asked) }
                problem = "status \(reply.status)"
            } catch {
                // The error may hold the request; only its kind is told.
                problem = "\(type(of: error))"
                if attempt == configuration.attempts {
                    throw PaymentProblem(.unreachable, "Stripe does not answer (\(problem)).")
                }
            }
            logger.warning(
                "payment request is tried again",
                metadata: ["path": "\(StripeClient.shown(path))", "attempt": "\(attempt)", "problem": "\(problem)"])
            do {
                try await Task.sleep(for: .milliseconds(delay + Int64.random(in: 0...(delay / 2 + 1))))
            } catch {
                throw PaymentProblem(.unreachable, "The request to Stripe was given up.")
            }
            delay *= 2
        }
        throw PaymentProblem(.unreachable, "Stripe does not answer.")
    }

    /// The answer did not come whole in time.
    private struct AnswerTooSlow: Error {}

    private func sendOnce(_ method: HTTPMethod, _ path: String, body: String?, key: String?) async throws -> Reply {
        let request = request(method, path, body: body, key: key)
        let limit = Duration.milliseconds(configuration.timeoutMilliseconds)
        // The HTTP client's own limit of time ends with the head of the answer; a body that drips would have no end.
        return try await withThrowingTaskGroup(of: Reply?.self) { group in
            group.addTask { try await StripeClient.reply(to: request) }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let reply = try await group.next() ?? nil else { throw AnswerTooSlow() }
            return reply
        }
    }

    private func request(_ method: HTTPMethod, _ path: String, body: String?, key: String?) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: configuration.address + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(configuration.secretKey)")
        request.headers.add(name: "Stripe-Version", value: StripeConfiguration.apiVersion)
        request.headers.add(name: "User-Agent", value: "scrip")
        if let key { request.headers.add(name: "Idempotency-Key", value: key) }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(ByteBuffer(string: body))
        }
        return request
    }

    private static func reply(to request: HTTPClientRequest) async throws -> Reply {
        let response = try await client.execute(request, deadline: .distantFuture)
        let bytes = try await response.body.collect(upTo: StripeClient.mostBytes)
        let status = Int(response.status.code)
        let told = response.headers.first(name: "Stripe-Should-Retry")
        let mayTryAgain = told.map { $0 == "true" } ?? (status == 409 || status == 429 || status >= 500)
        return Reply(
            status: status, json: (try? JSONValue.parse(Array(bytes.readableBytesView))) ?? .null,
            mayTryAgain: mayTryAgain,
            waitMilliseconds: StripeClient.waitMilliseconds(retryAfter: response.headers.first(name: "Retry-After")))
    }

    /// How long an answer asks to wait, at most half a minute.
    static func waitMilliseconds(retryAfter: String?) -> Int64? {
        retryAfter.flatMap { Int64($0) }.map { min(max($0, 0), 30) * 1_000 }
    }

    private static func checked(_ reply: Reply) throws(PaymentProblem) -> JSONValue {
        if (200..<300).contains(reply.status) {
            if reply.json.objectValue == nil {
                throw PaymentProblem(.malformed, "Stripe's answer is no JSON object.")
            }
            return reply.json
        }
        let error = reply.json["error"]
        let words = error?["message"]?.stringValue ?? "status \(reply.status)"
        let code = error?["code"]?.stringValue.map { " (\($0))" } ?? ""
        if reply.mayTryAgain { throw PaymentProblem(.unreachable, "Stripe is busy: \(words)\(code)") }
        if reply.status == 402 {
            let intent = error?["payment_intent"].flatMap { StripeObjects.facts(ofIntent: $0) }
            throw PaymentProblem(.declined, "\(words)\(code)", facts: intent)
        }
        throw PaymentProblem(.refused, "Stripe refuses: \(words)\(code)")
    }

    /// A path without its query and ids' tails, for logs.
    private static func shown(_ path: String) -> Substring { path.prefix { $0 != "?" } }
}
