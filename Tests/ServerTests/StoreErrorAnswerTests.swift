import HTTPTypes
import ScripWire
import ScripCore
import ScripEngine
import ScripTesting
import Synchronization
import Testing

@testable import ScripServer

/// What callers are told of a database in trouble, and that what was committed is not told as a failure.
@Suite(.timeLimit(.minutes(15))) struct StoreErrorAnswerTests {
    @Test(arguments: StoreError.Code.allCases)
    func `each kind of trouble says whether and when to ask again`(code: StoreError.Code) throws {
        let answer = ErrorResponse.problem(for: StoreError(code, "secret words"), path: "/")
        let retryAfter = answer.headers[.retryAfter].flatMap { Int($0) }
        #expect(!answer.problem.detail.contains("secret"))
        switch code {
        case .damaged, .failed:
            #expect(answer.problem.status == 500 && answer.problem.code == "store_\(code.rawValue)")
            #expect(retryAfter == nil)
            #expect(answer.headers[try #require(HTTPField.Name("x-should-retry"))] == "false")
        case .unreachable, .busy, .closing: #expect(answer.problem.status == 503 && retryAfter == 1)
        case .filesLost: #expect(answer.problem.status == 503 && retryAfter == 10)
        case .full, .readOnly, .ioFailed: #expect(answer.problem.status == 503 && retryAfter == 30)
        case .denied, .tooNew, .tooOld: #expect(answer.problem.status == 503 && retryAfter == 60)
        }
    }

    @Test func `what was committed is answered although the database goes away right after`() async throws {
        let store = OneWayStore()
        try await TestServer.run(store: store) { server in
            #expect(try await server.call(.put, "/v1/accounts/ada", #"{"plan":"free"}"#).status == 200 + 1)
            let document = try #require(try await server.engine.catalogVersionInForce()).document + "# changed\n"
            let changed = document.replacing("rate: {fixed: \"1\"}", with: "rate: {fixed: \"2\"}")
            store.refusesReads.store(true, ordering: .sequentiallyConsistent)
            let charge = #"{"action":"ai_chat_message"}"#
            #expect(try await server.call(.post, "/v1/accounts/ada/charges", charge).status == 201)
            let event = #"[{"id":"e1","account":"ada","action":"ai_chat_message"}]"#
            let recorded = try await server.call(.post, "/v1/usage", event)
            #expect(recorded.status == 200 && recorded["results", "0", "status"] == "charged", "\(recorded)")
            let opened = try await server.call(.put, "/v1/accounts/bob", #"{"name":"Bob"}"#)
            #expect(opened.status == 201, "\(opened)")
            let applied = try await server.engine.applyCatalog(document: changed)
            #expect(applied.version == 2)
            store.refusesReads.store(false, ordering: .sequentiallyConsistent)
            #expect(try await server.engine.catalogVersions().count == 2)
            try await server.engine.refreshCatalogs()
            #expect(server.engine.catalogInForce.version == 2)
        }
    }
}

/// A store that answers no questions while it is told not to.
private final class OneWayStore: ForwardingStore {
    let refusesReads = Atomic(false)
    let base: any LedgerStore = MemoryLedgerStore()

    func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R {
        if refusesReads.load(ordering: .sequentiallyConsistent) { throw StoreError(.unreachable, "gone") }
        return try await base.read(body)
    }
}
