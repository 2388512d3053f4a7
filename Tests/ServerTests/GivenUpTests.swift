import Hummingbird
import HummingbirdTesting
import Logging
import ScripCore
import ScripEngine
import ScripMetrics
import ScripServer
import ScripTesting
import Synchronization
import Testing

/// A store whose transactions can be given up, as when a caller goes away while its command waits.
private final class GivenUpStore: ForwardingStore {
    let base: any LedgerStore = MemoryLedgerStore()
    private let givesUp = Mutex(false)

    func giveUp() { givesUp.withLock { $0 = true } }

    func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R {
        if givesUp.withLock({ $0 }) { throw CancellationError() }
        return try await base.write(body)
    }
}

@Suite(.timeLimit(.minutes(15))) struct GivenUpTests {
    @Test func `a command that was given up answers 503, may be sent again, and is no failure of the database`()
        async throws
    {
        let store = GivenUpStore()
        let clock = FixedClock(CivilTime(year: 2026, month: 1, day: 31, microsecondOfDay: 0).asUTC)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let metrics = MetricsRegistry(descriptions: ServerMetrics.descriptions)
        let engine = try await Engine(store: store, clock: clock, logger: logger, metrics: metrics)
        _ = try await engine.applyCatalog(document: CatalogTemplate.sample.document)
        let secret = try await engine.createKey(name: "test").secret.text
        let application = buildApplication(
            engine: engine, configuration: ServerConfiguration(), logger: logger, metrics: metrics)
        try await application.test(.router) { client in
            let server = TestServer(
                engine: engine, clock: clock, secret: secret, requester: RouterRequester(client: client))
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            store.giveUp()
            let bodies = [
                ("/v1/accounts/u/charges", #"{"action":"ai_chat_message"}"#),
                ("/v1/accounts/u/grants", #"{"amount":"1","source":"bonus"}"#),
            ]
            for (path, body) in bodies {
                let reply = try await server.call(.post, path, body)
                #expect(reply.status == 503 && reply["code"] == "shutting_down", "\(path): \(reply.text)")
                #expect(reply.headers[.retryAfter] == "1" && reply["status"] == "503")
                #expect(reply["instance"] == path && reply["request_id"] != nil)
            }
            let page = try await server.text(.get, "/metrics", secret: secret)
            let failures = page.split(separator: "\n").filter { $0.hasPrefix("scrip_store_errors_total{") }
            #expect(failures.allSatisfy { $0.hasSuffix(" 0") }, "\(failures)")
            #expect(try await server.call(.get, "/v1/accounts/u/balance")["balances", "0", "available"] == "5")
        }
    }
}
