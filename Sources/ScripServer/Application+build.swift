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

/// Puts the server together: every route behind its authentication, every error turned into a problem.
/// - Parameter registry: where the metrics are kept that `/metrics` shows; the engine's own should be kept there too.
public func buildApplication(
    engine: Engine, configuration: ServerConfiguration, logger: Logger,
    metrics registry: MetricsRegistry = MetricsRegistry(descriptions: ServerMetrics.descriptions),
    onServerRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let router = Router(context: ConnectionContext.self)
    let metrics = ServerMetrics(registry: registry, version: configuration.version)
    let limiter = RequestLimiter()
    let streams = StreamSlots(limits: configuration.streams, engine: engine)
    let bodies = BodyBudget(limits: configuration.bodies)
    let addresses = AddressConnections(limit: configuration.connections.maxPerAddress)
    let authenticator = Authenticator(engine: engine, configuration: configuration)
    // A middleware stands before the routes that are added after it.
    router.add(middleware: CrossOrigin(origins: PageOrigins(engine: engine, configuration: configuration)))
    for route in Routes.all {
        let gate = Gate(
            route: route, engine: engine, configuration: configuration, authenticator: authenticator, metrics: metrics,
            requests: metrics.requests(method: route.method.rawValue, route: route.path), limiter: limiter,
            streams: streams, bodies: bodies, logger: logger
        )
        router.on(RouterPath(route.path), method: route.method) { request, context in
            await gate.answer(request, context: context)
        }
        if route.method == .get {
            router.on(RouterPath(route.path), method: .head) { request, context in
                await gate.answer(request, context: context).withoutBody
            }
        }
    }
    router.add(
        middleware: UnknownRoutes(requests: UnmatchedRequests(metrics: metrics), logger: logger))
    return Application(
        router: router,
        server: HTTPServerBuilder { responder in
            HTTPConnection(responder: responder, configuration: configuration, addresses: addresses)
        },
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port), serverName: "scrip",
            availableConnectionsDelegate: MaximumAvailableConnections(configuration.connections.most)
        ),
        services: [FeedRunner(engine: engine, silenceSeconds: configuration.streams.heartbeatSeconds)],
        onServerRunning: { channel in
            // One at a time, so that the limit is met exactly.
            try? await channel.setOption(.maxMessagesPerRead, value: 1).get()
            await onServerRunning(channel)
        }, logger: logger
    )
}

extension Response {
    /// The answer to HEAD: what GET would say of its content, and none of it (RFC 9110, 9.3.2). A stream is not begun.
    fileprivate var withoutBody: Response {
        var response = self
        let length = response.headers[.contentLength] ?? body.contentLength.map { String($0) }
        response.body = ResponseBody()
        response.headers[.contentLength] = length
        return response
    }
}
