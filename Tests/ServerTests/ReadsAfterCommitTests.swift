import HTTPTypes
import ScripWire
import ScripCore
import ScripEngine
import ScripTesting
import Synchronization
import Testing

@testable import ScripServer

/// A store that is out of reach from the moment on at which a transaction has become durable.
private final class FadingStore: ForwardingStore {
    let base: any LedgerStore = MemoryLedgerStore()
    private enum Stage { case reachable, armed, gone }
    private let stage = Mutex(Stage.reachable)

    /// Fades with the next transaction.
    func arm() { stage.withLock { $0 = .armed } }
    func returnToLife() { stage.withLock { $0 = .reachable } }
    var isGone: Bool { stage.withLock { $0 == .gone } }

    private func require() throws {
        if isGone { throw StoreError(.unreachable, "gone") }
    }

    func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R {
        try require()
        let result = try await base.write(body)
        stage.withLock { if $0 == .armed { $0 = .gone } }
        return result
    }

    func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R {
        try require()
        return try await base.read(body)
    }
}

/// What is durable is answered as such, even if the database cannot be read a moment later.
@Suite(.timeLimit(.minutes(15))) struct ReadsAfterCommitTests {
    @Test func `no route that moves credits fails its answer once the transaction is durable`() async throws {
        let store = FadingStore()
        try await TestServer.run(store: store) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"pro"}"#)
            _ = try await server.call(
                .post, "/v1/usage", #"{"events":[{"id":"x","account":"ada","action":"nothing"}]}"#)
            let session = try await server.call(.post, "/v1/sessions", #"{"account":"ada"}"#)["token"] ?? ""
            let path = "/v1/accounts/ada"
            func post(_ end: String, _ body: String) async throws -> TestServer.Reply {
                try await server.call(.post, path + end, body)
            }
            let action = #"{"action":"ai_chat_message"}"#
            let charge = try #require(try await post("/charges", action)["entry", "id"])
            let grant = try #require(
                try await post("/grants", #"{"amount":"1","source":"bonus"}"#)["grant", "id"])
            var holds: [String] = []
            for _ in 0..<3 { holds.append(try #require(try await post("/holds", action)["hold", "id"])) }
            let event = #"{"events":[{"id":"e1","account":"ada","action":"ai_chat_message"}]}"#
            let cases: [(HTTPRequest.Method, String, String, String)] = [
                (.post, path + "/charges?credit_info=true", action, ""), (.post, path + "/holds", action, ""),
                (.post, path + "/holds/\(holds[0])/capture?credit_info=true", "{}", ""),
                (.post, path + "/holds/\(holds[1])/release", "{}", ""),
                (.post, path + "/holds/\(holds[2])/extend", #"{"expires_in_seconds":60}"#, ""),
                (.post, path + "/grants", #"{"amount":"1","source":"bonus"}"#, ""),
                (.delete, path + "/grants/\(grant)", "", ""),
                (.post, path + "/refunds", #"{"entry":"\#(charge)"}"#, ""),
                (.post, path + "/adjustments", #"{"amount":"1","reason":"r"}"#, ""),
                (.post, "/v1/usage", event, ""),
                (
                    .post, "/api/v1/tokens/check-balance", #"{"action":"deduct","feature_used":"ai_chat_message"}"#,
                    session
                ),
                (.put, path, #"{"name":"Ada"}"#, ""), (.put, "/v1/accounts/bob", "{}", ""),
                (.put, path + "/subscription", #"{"plan":"free","when":"now"}"#, ""),
                (.post, path + "/subscription/upgrade", #"{"plan":"pro"}"#, ""),
                (.put, "/v1/catalog", CatalogTemplate.sample.document + "\n# again", ""),
                (.delete, "/v1/accounts/bob", "", ""),
            ]
            for (method, path, body, secret) in cases {
                store.arm()
                let reply = try await server.call(method, path, body.isEmpty ? nil : body, secret: secret)
                #expect((200...201).contains(reply.status), "\(method) \(path): \(reply.text)")
                store.returnToLife()
            }
            let verification = try await server.engine.verify()
            #expect(verification.isClean)
        }
    }

    @Test func `an answer that a database out of reach gives does not say that nothing was done`() async throws {
        for code in [StoreError.Code.unreachable, .full, .readOnly, .ioFailed, .busy, .filesLost, .damaged] {
            let problem = ErrorResponse.problem(for: StoreError(code, "x"), path: "/").problem
            #expect(!problem.detail.lowercased().contains("nothing") && !problem.detail.contains("not charged"))
        }
    }
}
