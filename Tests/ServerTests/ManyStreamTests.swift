import HTTPTypes
import NIOCore
import ScripCore
import ScripEngine
import ScripSQLite
import ScripServer
import ScripTesting
import Synchronization
import Testing

/// A store that counts how often accounts are read, and can hold back what one read found.
private final class CountingStore: ForwardingStore {
    let base: any LedgerStore
    private let count = Atomic(0)
    private let others = Atomic(0)
    private let gate = Mutex<Gate?>(nil)

    /// Where one read waits.
    private struct Gate {
        let reached = AsyncStream.makeStream(of: Void.self)
        let opened = AsyncStream.makeStream(of: Void.self)
    }

    init() throws { base = try SQLiteLedgerStore(path: TemporaryFolder.newFile()) }

    /// How often an account was read, held back or not.
    var readCount: Int { count.load(ordering: .sequentiallyConsistent) }

    /// How often the feed looked whether anything had changed, and may have given notice once more.
    var lookCount: Int { others.load(ordering: .sequentiallyConsistent) }

    /// Holds back what the next read finds.
    /// - Returns: what waits until that read has found something, and what lets it go.
    func holdNext() -> (wait: @Sendable () async -> Void, letGo: @Sendable () -> Void) {
        let gate = Gate()
        self.gate.withLock { $0 = gate }
        return ({ for await _ in gate.reached.stream {} }, { gate.opened.continuation.finish() })
    }

    func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R {
        let result = try await base.read(body)
        if R.self != AccountSnapshot.self {
            others.add(1, ordering: .sequentiallyConsistent)
            return result
        }
        count.add(1, ordering: .sequentiallyConsistent)
        let gate = gate.withLock { gate in
            defer { gate = nil }
            return gate
        }
        if let gate {
            gate.reached.continuation.finish()
            for await _ in gate.opened.stream {}
        }
        return result
    }

    /// What was read and looked at so far.
    var work: (reads: Int, looks: Int) { (readCount, lookCount) }

    /// However long it took and however often the feed looked meanwhile, one look causes one more read at most.
    func expectFewReads(_ range: ClosedRange<Int>, since before: (reads: Int, looks: Int)) {
        let (reads, looks) = (readCount - before.reads, lookCount - before.looks)
        #expect(reads >= range.lowerBound && reads <= range.upperBound + looks, "\(reads) reads, \(looks) looks")
    }
}

/// Many streams of one account share what is read of it.
@Suite(.heavy, .timeLimit(.minutes(15))) struct ManyStreamTests {
    private static let streamCount = 200

    private static func request(_ path: String, _ bearer: String) -> ByteBuffer {
        ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(bearer)\r\n\r\n")
    }

    /// Opens streams of one account, half of them a user's, runs a body when each has had its first event, and reads
    /// each until a text comes.
    private static func read(
        _ server: TestServer, until text: String,
        whenOpen body: @escaping @Sendable () async throws -> (reads: Int, looks: Int)
    ) async throws -> (reads: Int, looks: Int) {
        let session = try await server.call(.post, "/v1/sessions", #"{"account":"ada"}"#)
        let (port, secret, token) = (server.port, server.secret, try #require(session["token"]))
        let (opens, opened) = AsyncStream<Void>.makeStream()
        return try await withThrowingTaskGroup(of: [Int64].self) { tasks in
            for number in 0..<streamCount {
                let (path, bearer) =
                    number.isMultiple(of: 2) ? ("/v1/accounts/ada/stream", secret) : ("/api/credits/stream", token)
                tasks.addTask {
                    try await RawConnection.open(port: port) { reader, writer in
                        try await writer.write(ManyStreamTests.request(path, bearer))
                        var event = try await reader.take(through: "}\n\n")
                        opened.yield()
                        var versions: [Int64] = []
                        while !event.contains(text) {
                            event = try await reader.take(through: "}\n\n")
                            let id = event.firstMatch(of: /\nid: (\d+)\n/)
                            versions.append(try #require(id.flatMap { Int64($0.1) }))
                        }
                        return versions
                    }
                }
            }
            var iterator = opens.makeAsyncIterator()
            for _ in 0..<streamCount { await iterator.next() }
            let result = try await body()
            for try await versions in tasks {
                #expect(zip(versions, versions.dropFirst()).allSatisfy { $0 < $1 }, "\(versions)")
            }
            return result
        }
    }

    private static func run(_ body: @escaping @Sendable (TestServer, CountingStore) async throws -> Void) async throws {
        var configuration = try UserToken.configuration(opensAccounts: true)
        configuration.streams = StreamLimits(maxPerAccount: streamCount, maxPerUser: streamCount)
        let store = try CountingStore()
        try await TestServer.run(configuration: configuration, behindSocket: true, store: store) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            try await body(server, store)
        }
    }

    private static func grant(_ amount: Int, _ server: TestServer) async throws {
        let reply = try await server.call(
            .post, "/v1/accounts/ada/grants", #"{"amount":"\#(amount)","source":"bonus"}"#)
        #expect(reply.status == 201, "\(reply)")
    }

    @Test func `a change is read a few times for two hundred streams, and all of them hear of it`() async throws {
        try await ManyStreamTests.run { server, store in
            let before = try await ManyStreamTests.read(server, until: #"":"1239""#) {
                let before = store.work
                try await ManyStreamTests.grant(1_234, server)
                return before
            }
            store.expectFewReads(1...3, since: before)
        }
    }

    @Test func `two changes, the second while the first is being read, end with the newest on every stream`()
        async throws
    {
        try await ManyStreamTests.run { server, store in
            let before = try await ManyStreamTests.read(server, until: #"":"1239""#) {
                let before = store.work
                let held = store.holdNext()
                try await ManyStreamTests.grant(1_000, server)
                // What is held back was read before the second change.
                await held.wait()
                try await ManyStreamTests.grant(234, server)
                held.letGo()
                return before
            }
            store.expectFewReads(2...5, since: before)
        }
    }

    @Test func `a stream that opens while an older state is being read begins with the newest`() async throws {
        try await ManyStreamTests.run { server, store in
            let request = ManyStreamTests.request("/v1/accounts/ada/stream", server.secret)
            try await RawConnection.open(port: server.port) { reader, writer in
                try await writer.write(request)
                _ = try await reader.take(through: "}\n\n")
                let held = store.holdNext()
                try await ManyStreamTests.grant(1_000, server)
                await held.wait()
                try await ManyStreamTests.grant(234, server)
                let first = try await RawConnection.open(port: server.port) { late, writer in
                    try await writer.write(request)
                    _ = try await late.take(through: "retry: 2000\n\n")
                    held.letGo()
                    return try await late.take(through: "}\n\n")
                }
                #expect(first.contains(#""available":"1239""#), "\(first)")
                var event = ""
                while !event.contains(#""available":"1239""#) { event = try await reader.take(through: "}\n\n") }
            }
        }
    }

    @Test func `what time alone changes is read a few times, and all streams hear of it`() async throws {
        try await ManyStreamTests.run { server, store in
            let body = #"{"amount":"1234","source":"bonus","effective_at":"2026-01-31T00:10:00Z"}"#
            _ = try await server.call(.post, "/v1/accounts/ada/grants", body)
            let before = try await ManyStreamTests.read(server, until: #"":"1239""#) {
                let before = store.work
                server.clock.advance(seconds: 600)
                return before
            }
            store.expectFewReads(1...5, since: before)
        }
    }
}
