import Logging
import ScripCore
import ScripEngine
import ScripMetrics
import ScripTesting
import Synchronization
import Testing

@Suite struct LaneGaugeTests {
    private static func waiting(_ registry: MetricsRegistry) -> Substring? {
        String(decoding: registry.exposition(.text), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("scrip_lane_waiting ") }?.dropFirst("scrip_lane_waiting ".count)
    }

    @Test func `commands that wait are counted over all lanes`() async throws {
        let registry = MetricsRegistry()
        let store = HeldStore()
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let engine = try await Engine(store: store, logger: logger, metrics: registry)
        let commands = (0..<12).map {
            Command(account: AccountID(unchecked: "u\($0)"), intent: .putAccount(AccountChange()), origin: Origin())
        }
        store.hold()
        let first = Task { await engine.submit(commands) }
        while store.heldCount < 2 { await Task.yield() }
        let second = Task { await engine.submit(commands) }
        for _ in 0..<1_000 where LaneGaugeTests.waiting(registry) != "12" {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(LaneGaugeTests.waiting(registry) == "12")
        store.letGo()
        let results = await first.value + second.value
        #expect(results.count == 24 && results.allSatisfy { (try? $0.get()) != nil })
        #expect(LaneGaugeTests.waiting(registry) == "0")
    }
}

/// A store of two lanes whose transactions can be kept waiting.
private final class HeldStore: LedgerStore {
    private struct State {
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let base = MemoryLedgerStore()
    private let state = Mutex(State())

    let laneCount = 2

    var heldCount: Int { state.withLock { $0.held.count } }

    func hold() { state.withLock { $0.isHeld = true } }

    func letGo() {
        let held = state.withLock { state in
            defer { state = State() }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R {
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if state.isHeld { state.held.append(continuation) }
                return state.isHeld
            }
            if !isHeld { continuation.resume() }
        }
        return try await base.write(body)
    }

    func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R {
        try await base.read(body)
    }

    func close() async throws { try await base.close() }
}
