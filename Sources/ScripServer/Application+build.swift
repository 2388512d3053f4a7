import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ScripAPI
import ScripCore
import ScripEngine

/// Puts the server together: every route behind its authentication, every error turned into a problem.
public func buildApplication(
    engine: Engine, configuration: ServerConfiguration, logger: Logger,
    onServerRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let router = Router(context: CallerContext.self)
    let limiter = RequestLimiter()
    // A middleware stands before the routes that are added after it.
    router.add(middleware: CrossOrigin(allowedOrigins: configuration.users.allowedOrigins))
    for route in Routes.all {
        let gate = Gate(route: route, engine: engine, configuration: configuration, limiter: limiter, logger: logger)
        router.on(RouterPath(route.path), method: route.method) { request, context in
            await gate.answer(request, parameters: context.parameters, address: context.address)
        }
    }
    router.add(middleware: UnknownRoutes())
    return Application(
        router: router,
        server: .http1(
            configuration: HTTP1Channel.Configuration(
                idleTimeout: .seconds(configuration.idleSeconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: configuration.mostHeaderBytes, maxHeaderListSize: configuration.mostHeaderBytes,
                    maxHeaderFieldCount: 100))),
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port), serverName: "scrip"
        ),
        onServerRunning: onServerRunning, logger: logger
    )
}

/// Stands before one route: reads the request, checks the key, calls the controller, and answers in any case.
struct Gate: Sendable {
    let route: Route
    let engine: Engine
    let configuration: ServerConfiguration
    let limiter: RequestLimiter
    let logger: Logger

    func answer(_ request: Request, parameters: Parameters, address: String?) async -> Response {
        let requestID = RequestID.of(request)
        var answer: Answer
        var readings: [RequestLimiter.Reading] = []
        do {
            let admission = try await admit(request, address: address, readings: &readings)
            answer = try await route.handler(try await call(request, parameters: parameters, admission: admission))
        } catch {
            var problem = ErrorResponse.problem(
                for: error, path: request.uri.path, configuration: configuration, prefer: Gate.preference(of: request)
            )
            if problem.problem.status >= 500 {
                logger.error(
                    "request failed",
                    metadata: ["path": "\(request.uri.path)", "request_id": "\(requestID)", "error": "\(error)"]
                )
            }
            problem.problem.requestID = requestID
            problem.problem.instance = request.uri.path
            answer = problem.answer
        }
        if let name = HTTPField.Name(RequestID.field) { answer.headers[name] = requestID }
        Gate.state(readings, in: &answer)
        return answer.response
    }

    /// Finds out who calls, and counts the request. An address is counted before anything is asked of it.
    private func admit(
        _ request: Request, address: String?, readings: inout [RequestLimiter.Reading]
    ) async throws -> Doorkeeper.Admission {
        if route.audience == .everyone { return Doorkeeper.Admission() }
        if let address, let limit = configuration.limits.perAddress {
            try count(.address(address), limit: limit, readings: &readings)
        }
        let admission = try await Doorkeeper(engine: engine, configuration: configuration)
            .admit(request.headers, to: route.audience)
        if let key = admission.key, let limit = configuration.limits.perKey {
            try count(.key(key.id), limit: limit, readings: &readings)
        }
        if let user = admission.user, let limit = configuration.limits.perUser {
            try count(.user("\(user.account) \(user.subject)"), limit: limit, readings: &readings)
        }
        return admission
    }

    private func count(
        _ party: RequestLimiter.Party, limit: Int, readings: inout [RequestLimiter.Reading]
    ) throws {
        let reading = limiter.take(party, limit: limit, at: engine.clock.now())
        readings.append(reading)
        if reading.isRefused { throw RateRefusal(reading: reading) }
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

    private func call(
        _ request: Request, parameters: Parameters, admission: Doorkeeper.Admission
    ) async throws -> Call {
        var bytes: [UInt8] = []
        if route.method != .get && route.method != .delete {
            let most = route.takesBatch ? configuration.mostBatchBytes : configuration.mostBodyBytes
            let sent = try await request.body.collect(upTo: most)
            let buffer = try BodyDecompression.decompressed(
                sent, encoding: request.headers[.contentEncoding], upTo: most)
            bytes = Array(buffer.readableBytesView)
        }
        return Call(
            engine: engine, configuration: configuration, method: request.method, path: request.uri.path,
            headers: request.headers, parameters: try Gate.decoded(parameters),
            query: try Gate.decoded(request.uri.queryParameters), body: bytes, key: admission.key, user: admission.user
        )
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
