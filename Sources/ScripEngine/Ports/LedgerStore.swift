import ScripCore

/// Where journals and snapshots are kept. A store holds no rules: it loads, finds and saves what it is told to.
///
/// Both calls run their body on a thread of the store's own, never on an event loop or the cooperative pool. They may run
/// it again when a transaction came to nothing, so a body changes nothing but what it is given.
public protocol LedgerStore: Sendable {
    /// Runs a body in one durable transaction. When it returns, everything it saved survives a crash; when it throws,
    /// nothing was saved. Throws what the body throws, or a ``StoreError`` when the database fails.
    func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R

    /// Runs a body over one consistent picture of everything committed. Throws what the body throws, or a ``StoreError``
    /// when the database fails.
    func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R

    /// Lets go of the database. Nothing may be called afterwards.
    func close() async throws

    /// How many batches it can take side by side. An account's commands are always in the same one of so many lanes.
    var laneCount: Int { get }

    /// Calls a body with what other processes write, as soon as the store knows, for as long as it is open. Nothing may
    /// depend on it: a store need not know, and calls nobody then.
    func observe(_ body: @escaping @Sendable (StoreChange) -> Void)

    /// How the database is as far as the store knows, without asking it.
    var health: StoreHealth { get }

    /// Looks how the database is, and whether it would take a write now. Returns soon, whatever is wrong.
    func probe() async -> StoreHealth

    /// Returns when the database can never be used again through this store, with the reason; `nil` when the task is
    /// cancelled before.
    func loss() async -> StoreError?
}

/// How a store's database is.
public enum StoreHealth: Sendable, Hashable {
    /// It did what it was asked last time.
    case available
    /// It did not; the store goes on trying, unless its files are lost.
    case unavailable(StoreError)
}

/// What can be read in a transaction, noun by noun. A new noun is a case of ``LedgerNoun``, too, so that it is copied.
public protocol LedgerReading: JournalReading, UsageReading, CatalogReading, KeyReading, AuditReading, FailureReading,
    DenialReading, PurchaseReading, VerificationReading
{}

/// What can be done in a writing transaction, noun by noun.
public protocol LedgerWriting: LedgerReading, JournalStore, CatalogStore, KeyStore, AuditStore, FailureStore,
    DenialStore, PurchaseStore, JobStore
{}
