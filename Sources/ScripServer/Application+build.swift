import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ScripAPI
import ScripCore
import ScripEngine
import ScripMetrics

/// Puts the server together: every route behind its authentication, every error turned into a problem.
/// - Parameter registry: where the metrics are kept that `/metrics` shows; the engine's own should be kept there too.
public func buildApplication(
    engine: Engine, configuration: ServerConfiguration, logger: Logger,
    metrics registry: MetricsRegistry = MetricsRegistry(descriptions: ServerMetrics.descriptions),
    onServerRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let router = Router(context: BasicRequestContext.self)
    let metrics = ServerMetrics(registry: registry, version: configuration.version)
    for route in Routes.all {
        let gate = Gate(
            route: route, engine: engine, configuration: configuration, metrics: metrics,
            requests: metrics.requests(method: route.method.rawValue, route: route.path), logger: logger
        )
        router.on(RouterPath(route.path), method: route.method) { request, context in
            await gate.answer(request, parameters: context.parameters)
        }
    }
    router.add(middleware: UnknownRoutes(requests: UnmatchedRequests(metrics: metrics)))
    return Application(
        router: router,
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
    let metrics: ServerMetrics
    let requests: RequestInstruments
    let logger: Logger

    func answer(_ request: Request, parameters: Parameters) async -> Response {
        let began = ContinuousClock.now
        let requestID = RequestID.of(request)
        var answer: Answer
        do {
            answer = try await route.handler(try await call(request, parameters: parameters))
        } catch {
            var problem = ErrorResponse.problem(
                for: error, path: request.uri.path, configuration: configuration, prefer: Gate.preference(of: request)
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
            answer = problem.answer
        }
        if let name = HTTPField.Name(RequestID.field) { answer.headers[name] = requestID }
        requests.answered(answer.status.code, since: began)
        return answer.response
    }

    private func call(_ request: Request, parameters: Parameters) async throws -> Call {
        var key: StoredKey?
        let isOpen = route.path == Route.metricsPath && configuration.metricsArePublic
        if let scope = route.scope, !isOpen {
            let presented = try Gate.bearer(of: request)
            let known = try await engine.authenticate(presented)
            if !known.allows(scope) { throw AccessRefusal.missingScope(scope) }
            key = known
        }
        var bytes: [UInt8] = []
        if route.method != .get && route.method != .delete {
            let most = route.takesBatch ? configuration.mostBatchBytes : configuration.mostBodyBytes
            let buffer = try BodyDecompression.decompressed(
                try await Gate.body(of: request, mostBytes: most), encoding: request.headers[.contentEncoding],
                upTo: most)
            bytes = Array(buffer.readableBytesView)
        }
        return Call(
            engine: engine, configuration: configuration, metrics: metrics, method: request.method,
            path: request.uri.path,
            headers: request.headers, parameters: try Gate.decoded(parameters),
            query: try Gate.decoded(request.uri.queryParameters), body: bytes, key: key
        )
    }

    /// The whole body. A body that breaks off or is sent wrongly is the caller's fault.
    private static func body(of request: Request, mostBytes: Int) async throws -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: mostBytes)
        } catch let error as NIOTooManyBytesError {
            throw error
        } catch {
            throw RequestRefusal(400, .invalidRequest, "Invalid request", "The body could not be read to its end.")
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

    private static func bearer(of request: Request) throws -> String {
        guard let value = request.headers[.authorization] else { throw AccessRefusal.noKey }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw AccessRefusal.noKey }
        return String(parts[1])
    }

    private static func preference(of request: Request) -> Int? {
        guard let name = HTTPField.Name("Prefer"), let value = request.headers[name] else { return nil }
        if value.contains("insufficient-credits=402") { return 402 }
        if value.contains("insufficient-credits=429") { return 429 }
        return nil
    }
}

/// Why a caller may not call a route.
enum AccessRefusal: Error {
    case noKey
    case missingScope(Scope)
}
