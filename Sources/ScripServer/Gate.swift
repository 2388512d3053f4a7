import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ScripCore
import ScripEngine
import ScripMetrics
import ScripWire

/// Stands before one route: reads the request, checks the key, calls the controller, and answers in any case.
struct Gate: Sendable {
    let route: Route
    let engine: Engine
    let configuration: ServerConfiguration
    let authenticator: Authenticator
    let metrics: ServerMetrics
    let requests: RequestInstruments
    let limiter: RequestLimiter
    let streams: StreamSlots
    let bodies: BodyBudget
    let logger: Logger

    func answer(_ request: Request, context: ConnectionContext) async -> Response {
        let (parameters, address) = (context.parameters, context.address)
        let began = ContinuousClock.now
        let requestID = RequestID.of(request)
        var answer: Answer
        var readings: [RequestLimiter.Reading] = []
        var who: Authenticator.Admission?
        do {
            let caller = Caller(
                address: address, userAgent: CallerDescription.userAgent(of: request), requestID: requestID)
            try Gate.requireProper(request)
            let admission = try await admit(
                request, parameters: parameters, caller: caller, readings: &readings)
            who = admission
            answer = try await handle(request, context: context, admission: admission, caller: caller)
        } catch {
            var problem = ErrorResponse.problem(
                for: Gate.naming(parameters, in: error), path: request.uri.path, configuration: configuration,
                prefer: Gate.preference(of: request)
            )
            if error is CancellationError {
                logger.debug(
                    "request given up",
                    metadata: ["path": "\(request.uri.path)", "request_id": "\(requestID)"])
            } else if problem.problem.status >= 500 {
                logger.error(
                    "request failed",
                    metadata: ["path": "\(request.uri.path)", "request_id": "\(requestID)", "error": "\(error)"]
                )
            }
            problem.problem.requestID = requestID
            problem.problem.instance = request.uri.path
            answer = route.refusal(problem, request.headers) ?? problem.answer
        }
        if let name = HTTPField.Name(RequestID.field) { answer.headers[name] = requestID }
        requests.answered(answer.status.code, since: began)
        log(request, requestID: requestID, status: answer.status.code, since: began, admission: who)
        Gate.state(readings, in: &answer)
        return Gate.watching(answer, of: request, address: address).response
    }

    /// One line for each request, for those who ask for them.
    private func log(
        _ request: Request, requestID: String, status: Int, since began: ContinuousClock.Instant,
        admission: Authenticator.Admission?
    ) {
        if logger.logLevel > .debug { return }
        let (seconds, attoseconds) = (ContinuousClock.now - began).components
        var metadata: Logger.Metadata = [
            "method": "\(request.method.rawValue)", "path": "\(request.uri.path)", "status": "\(status)",
            "milliseconds": "\(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)",
            "request_id": "\(requestID)",
        ]
        if let key = admission?.key { metadata["key"] = "\(key.id)" }
        if let user = admission?.user {
            metadata["account"] = "\(user.account)"
            metadata["user"] = "\(user.subject)"
        }
        logger.debug("request", metadata: metadata)
    }

    /// Damage that is met on a route of one account is that account's.
    private static func naming(_ parameters: Parameters, in error: any Error) -> any Error {
        guard let error = error as? StoreError, error.code == .damaged,
            let account = parameters.get("account").flatMap({ AccountID($0) })
        else { return error }
        return EngineError.accountDamaged(account)
    }

    /// Finds out who calls, and counts the request. An address is counted before anything is asked of it.
    private func admit(
        _ request: Request, parameters: Parameters, caller: Caller, readings: inout [RequestLimiter.Reading]
    ) async throws -> Authenticator.Admission {
        let isOpen = route.audience == .everyone || route.isOpen(configuration)
        // A probe that shows a key has it looked up, which is counted like any other request.
        let isCounted = route.isCounted || request.headers[.authorization] != nil
        if isCounted, let address = caller.address, let limit = configuration.limits.perAddress {
            try count(.address(AddressNetwork.of(address)), limit: limit, readings: &readings)
        }
        if isOpen {
            try route.precondition(request.headers, parameters, configuration)
            return Authenticator.Admission()
        }
        let admission = try await authenticator.admit(request.headers, to: route.audience, from: caller)
        if let key = admission.key, let limit = configuration.limits.perKey {
            try count(.key(key.id), limit: limit, readings: &readings)
        }
        if let user = admission.user, let limit = configuration.limits.perUser {
            try count(.user("\(user.account) \(user.subject)"), limit: limit, readings: &readings)
        }
        if admission.user?.isReadOnly == true, case .changes = route.effect { throw AccessRefusal.readOnly }
        return admission
    }

    private func count(
        _ party: RequestLimiter.Party, limit: Int, readings: inout [RequestLimiter.Reading]
    ) throws {
        let reading = limiter.take(party, limit: limit, at: engine.clock.now())
        readings.append(reading)
        if reading.isRefused { throw RateRefusal(reading: reading) }
    }

    /// Lets an answer that is written bit by bit know when the caller goes. Callers without a connection never do.
    private static func watching(_ answer: Answer, of request: Request, address: String?) -> Answer {
        guard let stream = answer.stream, let onClose = answer.onClose, address != nil else { return answer }
        var answer = answer
        answer.stream = { writer in
            try await request.body.consumeWithInboundCloseHandler { _ in
                try await stream(&writer)
            } onInboundClosed: {
                onClose()
            }
        }
        return answer
    }

    /// Says how many more requests may come (draft-ietf-httpapi-ratelimit-headers-10).
    private static func state(_ readings: [RequestLimiter.Reading], in answer: inout Answer) {
        guard !readings.isEmpty, let policy = HTTPField.Name("RateLimit-Policy"),
            let limit = HTTPField.Name("RateLimit")
        else { return }
        answer.headers[policy] = readings.map { "\"\($0.policy)\";q=\($0.limit);w=60" }.joined(separator: ", ")
        answer.headers[limit] = readings.map { "\"\($0.policy)\";r=\($0.remaining);t=\($0.seconds)" }
            .joined(separator: ", ")
    }

    /// Checks what every request must comply with (RFC 9110 and 9112).
    private static func requireProper(_ request: Request) throws {
        // Empty and dot segments would be another address for the same thing, which whoever stands before the server
        // may not know.
        let parts = request.uri.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if parts.contains(where: { hasDotSegment($0) }) || parts.contains("") && parts.count > 1 {
            throw HTTPError(.notFound)
        }
        if let expected = request.headers[.expect], expected.lowercased() != "100-continue" {
            throw RequestRefusal(
                417, .expectationFailed, "Expectation failed", "'Expect' may only be 100-continue.")
        }
        if request.method != .get && request.method != .head { try requireUnconditional(request.headers) }
    }

    /// Whether a part of a path is a dot segment, or has one behind a slash that is written as `%2F` or the other way
    /// round: whoever stands before the server may take those for slashes.
    private static func hasDotSegment(_ part: Substring) -> Bool {
        let plain = part.lowercased().replacing("%2e", with: ".").replacing("%2f", with: "/")
            .replacing("%5c", with: "/").replacing("\\", with: "/")
        return plain.split(separator: "/").contains { $0 == "." || $0 == ".." }
    }

    /// Refuses conditional requests. Answers have no `ETag`, so a condition could never match (RFC 9110, 13.1).
    private static func requireUnconditional(_ headers: HTTPFields) throws {
        let isConditional = headers[.ifMatch].map { $0 != "*" } ?? false
        if isConditional || headers[.ifNoneMatch] == "*" {
            throw RequestRefusal(
                412, .preconditionFailed, "Precondition failed",
                "Resources here have no 'ETag', so 'If-Match' and 'If-None-Match' are not supported.")
        }
        if headers[.contentRange] != nil {
            throw RequestRefusal(
                400, .invalidRequest, "Invalid request", "Send the whole body, without 'Content-Range'.")
        }
    }

    /// Reads the body within the budget of whoever sends it, and calls the controller.
    private func handle(
        _ request: Request, context: ConnectionContext, admission: Authenticator.Admission, caller: Caller
    ) async throws -> Answer {
        let parameters = context.parameters
        let hasBody = route.method != .get && route.method != .delete
        if !hasBody {
            return try await route.handler(
                try call(request, parameters: parameters, admission: admission, caller: caller, body: []))
        }
        let usual = route.takesBatch ? configuration.maxBatchBytes : configuration.maxBodyBytes
        let most = route.maxBytes ?? usual
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > most { throw NIOTooManyBytesError(maxBytes: most) }
        // What is packed or sent in chunks may become as large as is taken.
        let isPacked = request.headers[.contentEncoding].map { $0.lowercased() != "identity" } ?? false
        let share = isPacked ? most : announced ?? (request.headers[.transferEncoding] == nil ? 0 : most)
        let party: BodyBudget.Party =
            if let key = admission.key {
                .key(key.id)
            } else if let user = admission.user {
                .user("\(user.account) \(user.subject)")
            } else {
                .stranger(AddressNetwork.of(caller.address ?? ""))
            }
        var taken = share
        guard bodies.take(share, for: party) else { throw Gate.overloaded }
        defer { bodies.giveBack(taken, of: party) }
        if request.headers[.expect] != nil { context.askForBody() }
        let buffer = try BodyDecompression.decompressed(
            try await Gate.body(of: request, maxBytes: most), encoding: request.headers[.contentEncoding], upTo: most)
        // From here on it is known how much there is, and how much it becomes when it is read.
        let weight = BodyBudget.weight(of: buffer.readableBytesView)
        bodies.giveBack(taken, of: party)
        taken = 0
        guard bodies.take(weight, for: party) else { throw Gate.overloaded }
        taken = weight
        // Only of those who may but look need it be known before the controller reads the body.
        if admission.user?.isReadOnly == true, case .told(let changes) = route.effect,
            changes(Array(buffer.readableBytesView))
        {
            throw AccessRefusal.readOnly
        }
        return try await route.handler(
            try call(
                request, parameters: parameters, admission: admission, caller: caller,
                body: Array(buffer.readableBytesView)))
    }

    private static var overloaded: RequestRefusal {
        var refusal = RequestRefusal(
            503, .overloaded, "Overloaded", "Too many request bodies are being read; try again shortly.")
        refusal.response = refusal.response.with("Retry-After", "1")
        return refusal
    }

    private func call(
        _ request: Request, parameters: Parameters, admission: Authenticator.Admission, caller: Caller,
        body bytes: [UInt8]
    ) throws -> Call {
        return Call(
            engine: engine, configuration: configuration, metrics: metrics, method: request.method,
            path: request.uri.path,
            headers: request.headers, parameters: try Gate.decoded(parameters),
            query: try Gate.decoded(request.uri.queryParameters), body: bytes, key: admission.key, caller: caller,
            user: admission.user, audience: route.audience, authenticator: authenticator, streams: streams
        )
    }

    /// The whole body. A body that breaks off or is sent wrongly is the caller's fault.
    private static func body(of request: Request, maxBytes: Int) async throws -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: maxBytes)
        } catch is NIOTooManyBytesError {
            throw NIOTooManyBytesError(maxBytes: maxBytes)
        } catch {
            throw RequestRefusal(400, .invalidRequest, "Invalid request", "The body broke off before its end.")
        }
    }

    private static func decoded(_ pairs: FlatDictionary<Substring, Substring>) throws -> [String: String] {
        var decoded: [String: String] = [:]
        for (name, value) in pairs {
            guard let text = value.removingPercentEncoding else {
                throw ValidationError([.init(pointer: String(name), detail: "is not properly percent-encoded")])
            }
            decoded[String(name)] = text
        }
        return decoded
    }

    private static func preference(of request: Request) -> Int? {
        guard let name = HTTPField.Name("Prefer"), let value = request.headers[name] else { return nil }
        if value.contains("insufficient-credits=402") { return 402 }
        if value.contains("insufficient-credits=429") { return 429 }
        return nil
    }
}
