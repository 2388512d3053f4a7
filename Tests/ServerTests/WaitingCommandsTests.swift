import Logging
import ScripCore
import ScripEngine
import ScripMetrics
import ScripTesting
import Synchronization
import Testing

/// A store with several lanes whose transactions wait at a gate while it is shut.
private final class GatedStore: LedgerStore {
    let laneCount = 2
    private let base = MemoryLedgerStore()
    private let isShut = Atomic(false)
    private let arrivals = Atomic(0)

    /// How many transactions have come to the gate since it was shut.
    var arrivalCount: Int { arrivals.load(ordering: .sequentiallyConsistent) }

    func setShut(_ value: Bool) { isShut.store(value, ordering: .sequentiallyConsistent) }

    func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R {
        if isShut.load(ordering: .sequentiallyConsistent) { arrivals.add(1, ordering: .sequentiallyConsistent) }
        while isShut.load(ordering: .sequentiallyConsistent) { await Task.yield() }
        return try await base.write(body)
    }

    func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R {
        try await base.read(body)
    }

    func close() async throws {}
}

@Suite struct WaitingCommandsTests {
    private static func waiting(_ metrics: MetricsRegistry) -> String? {
        String(decoding: metrics.exposition(.text), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("scrip_lane_waiting ") }.map(String.init)
    }

    @Test(.timeLimit(.minutes(1)))
    func `the gauge of waiting commands shows those of all lanes together`() async throws {
        let (store, metrics) = (GatedStore(), MetricsRegistry())
        let engine = try await Engine(
            store: store, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), metrics: metrics)
        func open(_ names: [String]) -> [Command] {
            names.map { Command(account: AccountID(unchecked: $0), intent: .putAccount(AccountChange())) }
        }
        store.setShut(true)
        // With enough accounts each lane has a batch under way.
        let first = Task { await engine.submit(open((0..<50).map { "user_\($0)" })) }
        while store.arrivalCount < 2 { await Task.yield() }
        #expect(Self.waiting(metrics) == "scrip_lane_waiting 0")
        let second = Task { await engine.submit(open(["user_0", "user_0", "user_0"])) }
        while Self.waiting(metrics) != "scrip_lane_waiting 3" { await Task.yield() }
        let third = Task { await engine.submit(open((0..<50).map { "user_\($0)" })) }
        while Self.waiting(metrics) != "scrip_lane_waiting 53" { await Task.yield() }
        store.setShut(false)
        for task in [first, second, third] { _ = await task.value }
        #expect(Self.waiting(metrics) == "scrip_lane_waiting 0")
    }
}
