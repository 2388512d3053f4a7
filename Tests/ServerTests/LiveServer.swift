import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import ScripJSON
import ServiceLifecycle

/// How a test sends a request.
protocol Requester: Sendable {
    func send(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields, body: ByteBuffer?
    ) async throws -> RawReply
}

/// An answer as it came.
struct RawReply: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: ByteBuffer

    /// The body as JSON.
    func json() throws -> JSONValue { try JSONValue.parse(Array(body.readableBytesView)) }
}

/// Calls the routes without a socket.
struct RouterRequester: Requester {
    let client: any TestClientProtocol

    func send(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields, body: ByteBuffer?
    ) async throws -> RawReply {
        try await client.execute(uri: path, method: method, headers: headers, body: body) {
            RawReply(status: $0.status, headers: $0.headers, body: $0.body)
        }
    }
}

/// Calls the routes through a socket. However busy the machine is, time does not decide what a test finds.
struct SocketRequester: Requester {
    static let patience = TimeAmount.minutes(10)

    let client: HTTPClient
    let port: Int

    func send(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields, body: ByteBuffer?
    ) async throws -> RawReply {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .init(method)
        request.headers = .init(headers)
        request.body = body.map { .bytes($0) }
        let response = try await client.execute(request, timeout: SocketRequester.patience)
        return RawReply(
            status: .init(code: Int(response.status.code)), headers: HTTPFields(response.headers, splitCookie: false),
            body: try await response.body.collect(upTo: 64 << 20))
    }
}

/// A server that listens on a port of its own for as long as a test runs.
enum LiveServer {
    static func run(
        _ application: (@escaping @Sendable (any Channel) async -> Void) -> some ApplicationProtocol,
        _ body: @Sendable (SocketRequester) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let application = application { channel in
            port.yield(channel.localAddress?.port ?? 0)
            port.finish()
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [ServiceGroupConfiguration.ServiceConfiguration(service: application)],
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
        var configuration = HTTPClient.Configuration()
        configuration.timeout = .init(connect: SocketRequester.patience, read: SocketRequester.patience)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result = await withTaskGroup(of: (any Error)?.self) { tasks -> Result<Void, any Error> in
            tasks.addTask {
                do { try await group.run() } catch {
                    port.finish()
                    return error
                }
                return nil
            }
            var iterator = ports.makeAsyncIterator()
            let found = await iterator.next()
            var result: Result<Void, any Error> = .success(())
            if let found {
                do { try await body(SocketRequester(client: client, port: found)) } catch { result = .failure(error) }
            }
            await group.triggerGracefulShutdown()
            if let error = await tasks.next() ?? nil { result = .failure(error) }
            return result
        }
        try await client.shutdown()
        try result.get()
    }
}
