import ScripCore
import ScripEngine
import Synchronization

/// The simplest correct ``LedgerStore``: everything in dictionaries, the oracle against which real stores are tested.
public final class MemoryLedgerStore: LedgerStore {
    private let content = Mutex(MemoryLedger())

    /// An empty store.
    public init() {}

    /// Runs a body; what it saved is forgotten when it throws.
    public func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R {
        try content.withLock { ledger in
            let copy = MemoryTransaction(ledger)
            let result = try body(copy)
            ledger = copy.ledger
            return result
        }
    }

    /// Runs a body over everything saved so far.
    public func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R {
        let ledger = content.withLock { $0 }
        return try body(MemoryTransaction(ledger))
    }

    /// Does nothing.
    public func close() async throws {}

    public var laneCount: Int { 1 }
    public var health: StoreHealth { .available }
    public func probe() async -> StoreHealth { .available }

    /// Calls nobody: no other process writes here.
    public func observe(_ body: @escaping @Sendable (StoreChange) -> Void) {}

    /// Returns when the task is cancelled: memory is not lost.
    public func loss() async -> StoreError? {
        for await _ in AsyncStream(Never.self, { _ in }) {}
        return nil
    }
}

struct MemoryLedger: Sendable {
    var accounts: [AccountID: StoredAccount] = [:]
    var journals: [AccountID: [SealedEntry]] = [:]
    var usage: [AccountID: [UsageTotals]] = [:]
    var hours: [AccountID: HourlyUsageSums] = [:]
    var catalogs: [StoredCatalog] = []
    var priceBooks: [(book: StoredPriceBook, document: String)] = []
    var keys: [StoredKey] = []
    var signingKeys: [StoredSigningKey] = []
    var failures: [TrackingFailure] = []
    var failureNumber: Int64 = 0
    var denials: [String: Denial] = [:]
    var audit: [AuditChain: [StoredAuditRecord]] = [:]
    var auditHeads: [AuditChain: AuditHead] = [:]
    var purchases: [PurchaseLocation: Purchase] = [:]
    var purchaseReferences: [String: PurchaseLocation] = [:]
    var paymentMessages: [String: PaymentMessage] = [:]
    var billingProfiles: [AccountID: BillingProfile] = [:]
    var jobs: [String: JobRecord] = [:]
}

final class MemoryTransaction: LedgerWriting {
    var ledger: MemoryLedger

    init(_ ledger: MemoryLedger) {
        self.ledger = ledger
    }
}
