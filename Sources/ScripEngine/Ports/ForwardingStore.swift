/// A store that forwards everything to another one. A decorator overrides only what it changes.
public protocol ForwardingStore: LedgerStore {
    /// The store behind it.
    var base: any LedgerStore { get }
}

extension ForwardingStore {
    public var laneCount: Int { base.laneCount }
    public var health: StoreHealth { base.health }

    public func write<R: Sendable>(
        _ body: @escaping @Sendable (any LedgerWriting) throws -> R
    ) async throws -> R {
        try await base.write(body)
    }

    public func read<R: Sendable>(
        _ body: @escaping @Sendable (any LedgerReading) throws -> R
    ) async throws -> R {
        try await base.read(body)
    }

    public func close() async throws { try await base.close() }
    public func observe(_ body: @escaping @Sendable (StoreChange) -> Void) { base.observe(body) }
    public func probe() async -> StoreHealth { await base.probe() }
    public func loss() async -> StoreError? { await base.loss() }
}
