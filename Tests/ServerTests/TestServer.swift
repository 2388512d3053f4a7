import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import ScripCore
import ScripEngine
import ScripJSON
import ScripMetrics
import ScripServer
import ScripSQLite
import ScripTesting
import Testing

/// A server over a fresh store, called without a socket.
struct TestServer: Sendable {
    let engine: Engine
    let clock: FixedClock
    let secret: String
    let requester: any Requester

    /// The port, when the server is behind a socket.
    var port: Int { (requester as? SocketRequester)?.port ?? 0 }

    /// One answer.
    struct Reply {
        var status: Int
        var json: JSONValue
        var headers: HTTPFields
        /// The body as it came.
        var text: String

        /// A string or a number at a path of names, as text; `nil` for anything else.
        subscript(_ path: String...) -> String? {
            var value: JSONValue? = json
            for name in path {
                if let index = Int(name) {
                    let elements = value?.arrayValue ?? []
                    value = elements.indices.contains(index) ? elements[index] : nil
                } else {
                    value = value?[name]
                }
            }
            switch value {
            case .string(let text): return text
            case .number(let text): return text
            case .bool(let truth): return truth ? "true" : "false"
            case .null: return "null"
            default: return nil
            }
        }
    }

    /// Runs a server without a socket over the store in memory, or behind a real socket over a database file, if no
    /// other store is given.
    static func run(
        configuration: ServerConfiguration = ServerConfiguration(), behindSocket: Bool = false,
        store given: (any LedgerStore)? = nil,
        providers: [any PaymentProvider] = [],
        shippedBook: (@Sendable () throws -> PriceBookDocument)? = nil,
        catalog: CatalogTemplate = .sample, failureLimits: FailureLimits = FailureLimits(),
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        let clock = FixedClock(CivilTime(year: 2026, month: 1, day: 31, microsecondOfDay: 0).asUTC)
        let metrics = MetricsRegistry(descriptions: ServerMetrics.descriptions)
        let store: any LedgerStore =
            try given ?? (behindSocket ? SQLiteLedgerStore(path: TemporaryFolder.newFile()) : MemoryLedgerStore())
        let engine = try await Engine(
            store: store, clock: clock, logger: logger, shippedBook: shippedBook, metrics: metrics,
            failureLimits: failureLimits)
        _ = try await engine.applyCatalog(document: catalog.document)
        let secret = try await engine.createKey(name: "test").secret.text
        var configuration = configuration
        if !providers.isEmpty {
            configuration.payments = PaymentDesk(engine: engine, providers: providers, logger: logger)
        }
        if behindSocket {
            configuration.port = 0
            let served = configuration
            try await LiveServer.run { onServerRunning in
                buildApplication(
                    engine: engine, configuration: served, logger: logger, metrics: metrics,
                    onServerRunning: onServerRunning)
            } _: { requester in
                try await body(TestServer(engine: engine, clock: clock, secret: secret, requester: requester))
            }
            return
        }
        let application = buildApplication(
            engine: engine, configuration: configuration, logger: logger, metrics: metrics)
        try await application.test(.router) { client in
            let requester = RouterRequester(client: client)
            try await body(TestServer(engine: engine, clock: clock, secret: secret, requester: requester))
        }
    }

    /// The body of an answer as it is.
    func text(_ method: HTTPRequest.Method, _ path: String, secret: String) async throws -> String {
        let response = try await requester.send(
            method, path, headers: [.authorization: "Bearer \(secret)"], body: nil)
        return String(buffer: response.body)
    }

    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, secret: String? = "",
        headers: [String: String] = [:]
    ) async throws -> Reply {
        var fields: HTTPFields = [:]
        if let secret { fields[.authorization] = "Bearer \(secret.isEmpty ? self.secret : secret)" }
        for (name, value) in headers {
            fields[try #require(HTTPField.Name(name))] = value
        }
        let response = try await requester.send(
            method, path, headers: fields, body: body.map { ByteBuffer(string: $0) })
        let bytes = Array(response.body.readableBytesView)
        return Reply(
            status: response.status.code, json: (try? JSONValue.parse(bytes)) ?? .null, headers: response.headers,
            text: String(decoding: bytes, as: UTF8.self)
        )
    }

    /// Sends bytes as they are.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8], headers: [String: String] = [:]
    ) async throws -> RawReply {
        var fields: HTTPFields = [:]
        fields[.authorization] = "Bearer \(secret)"
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        return try await requester.send(method, path, headers: fields, body: ByteBuffer(bytes: body))
    }
}
