import Logging
import Metrics
import ScripCore
import ScripEngine
import ScripMetrics
import ScripTesting
import Synchronization
import Testing

/// A store with several lanes whose transactions wait at a gate while it is shut.
private final class GatedStore: ForwardingStore {
    private struct State {
        var isShut = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    let laneCount = 2
    let base: any LedgerStore = MemoryLedgerStore()
    private let state = Mutex(State())
    private let arrivals = AsyncStream.makeStream(of: Void.self)

    func shut() { state.withLock { $0.isShut = true } }

    func open() {
        let waiting = state.withLock { state in
            defer { state = State() }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until so many transactions have come to the gate.
    func waitForArrivals(_ count: Int) async {
        var iterator = arrivals.stream.makeAsyncIterator()
        for _ in 0..<count { await iterator.next() }
    }

    func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R {
        await withCheckedContinuation { continuation in
            let isShut = state.withLock { state in
                if state.isShut { state.waiting.append(continuation) }
                return state.isShut
            }
            if isShut { arrivals.continuation.yield() } else { continuation.resume() }
        }
        return try await base.write(body)
    }
}

/// Metrics that tell what the gauge of waiting commands is set to.
private struct ToldMetrics: MetricsFactory {
    private final class Told: RecorderHandler {
        let base: any RecorderHandler
        let values: AsyncStream<Int64>.Continuation

        init(base: any RecorderHandler, values: AsyncStream<Int64>.Continuation) {
            (self.base, self.values) = (base, values)
        }

        func record(_ value: Int64) {
            base.record(value)
            values.yield(value)
        }

        func record(_ value: Double) { base.record(value) }
    }

    let registry = MetricsRegistry()
    private let values = AsyncStream.makeStream(of: Int64.self)

    /// What the gauge says.
    var shown: Substring? {
        String(decoding: registry.exposition(.text), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("scrip_lane_waiting ") }
    }

    /// Waits until the gauge is set to a value.
    func wait(for value: Int64) async { for await next in values.stream where next == value { return } }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        let base = registry.makeRecorder(label: label, dimensions: dimensions, aggregate: aggregate)
        return label == "scrip_lane_waiting" ? Told(base: base, values: values.continuation) : base
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        registry.makeCounter(label: label, dimensions: dimensions)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        registry.makeTimer(label: label, dimensions: dimensions)
    }

    func destroyCounter(_ handler: any CounterHandler) { registry.destroyCounter(handler) }
    func destroyRecorder(_ handler: any RecorderHandler) { registry.destroyRecorder(handler) }
    func destroyTimer(_ handler: any TimerHandler) { registry.destroyTimer(handler) }
}

@Suite(.timeLimit(.minutes(15))) struct WaitingCommandsTests {
    @Test func `the gauge of waiting commands shows those of all lanes together`() async throws {
        let (store, metrics) = (GatedStore(), ToldMetrics())
        let engine = try await Engine(
            store: store, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), metrics: metrics)
        func open(_ names: [String]) -> [Command] {
            names.map { Command(account: AccountID(unchecked: $0), intent: .putAccount(AccountChange())) }
        }
        store.shut()
        // With enough accounts each lane has a batch under way.
        let first = Task { await engine.submit(open((0..<50).map { "user_\($0)" })) }
        await store.waitForArrivals(2)
        #expect(metrics.shown == "scrip_lane_waiting 0")
        let second = Task { await engine.submit(open(["user_0", "user_0", "user_0"])) }
        await metrics.wait(for: 3)
        let third = Task { await engine.submit(open((0..<50).map { "user_\($0)" })) }
        await metrics.wait(for: 53)
        #expect(metrics.shown == "scrip_lane_waiting 53")
        store.open()
        for task in [first, second, third] {
            let results = await task.value
            #expect(results.allSatisfy { (try? $0.get()) != nil })
        }
        #expect(metrics.shown == "scrip_lane_waiting 0")
    }
}
