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

extension LedgerStore {
    public var laneCount: Int { 1 }
    public var health: StoreHealth { .available }
    public func observe(_ body: @escaping @Sendable (StoreChange) -> Void) {}

    public func probe() async -> StoreHealth {
        do {
            _ = try await read { try $0.newestCatalogVersion() }
            return health
        } catch {
            return .unavailable(error as? StoreError ?? StoreError(.unreachable, "\(error)"))
        }
    }

    public func loss() async -> StoreError? {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) }
        return nil
    }
}

/// How a store's database is.
public enum StoreHealth: Sendable, Hashable {
    /// It did what it was asked last time.
    case available
    /// It did not; the store goes on trying, unless its files are lost.
    case unavailable(StoreError)
}

/// What can be read in a transaction. What is kept beside journals and snapshots must be copied by ``LedgerCopy``, too.
public protocol LedgerReading: PurchaseReading, VerificationReading {
    /// The account as it was last saved, not yet advanced to now.
    func account(_ id: AccountID) throws -> StoredAccount?
    /// What is known of the people behind an account, whether or not the account itself can be read.
    func profile(of account: AccountID) throws -> Profile?
    /// The number of the last line of each of these accounts that are kept.
    func versions(of accounts: [AccountID]) throws -> [AccountID: Int64]
    /// Accounts in order of their ids' bytes, after one.
    func accounts(after id: AccountID?, limit: Int) throws -> [StoredAccount]
    /// Ids of accounts in order of their bytes, after one.
    func accountIDs(after id: AccountID?, limit: Int) throws -> [AccountID]
    /// One line of a journal.
    func entry(_ seq: Int64, of account: AccountID) throws -> SealedEntry?
    /// The latest line of a journal whose subject is the line with this number.
    func latestEntry(about subject: Int64, of account: AccountID) throws -> SealedEntry?
    /// Lines of a journal in order of their numbers.
    func entries(of account: AccountID, after seq: Int64, limit: Int) throws -> [SealedEntry]
    /// The accounts that any line names, with the highest number of their lines, whether the account is kept or not.
    /// Reads every line: made for verification.
    func journals(_ body: (AccountID, Int64) throws -> Void) throws
    /// Lines of a journal that match, newest first, among as many lines as the query has looked at.
    func page(_ query: EntryQuery) throws -> EntryPage
    /// The account as its journal had it after the last line recorded not later than a moment; `nil` before the first.
    func state(of account: AccountID, recordedBy moment: Timestamp) throws -> AccountState?
    /// The account as its journal had it after the line with this number.
    func state(of account: AccountID, after seq: Int64) throws -> AccountState?
    /// Totals of an account's days, first and last included, those of the open day too; in order of day, action,
    /// credit type.
    func usage(of account: AccountID, from first: Int32, through last: Int32) throws -> [UsageTotals]
    /// The same for at most `limit` accounts after an id, in order of ids, given to `body` one by one.
    /// - Returns: the last account, after which to go on; `nil` when there are no more.
    func usage(
        ofAccountsAfter id: AccountID?, limit: Int, from first: Int32, through last: Int32,
        _ body: (AccountID, [UsageTotals]) throws -> Void
    ) throws -> AccountID?
    /// Hourly totals of an account, from the first hour through the last, in no order. Rows of one name are to be added up.
    func hourlyUsage(of account: AccountID, from first: Int32, through last: Int32) throws -> [HourlyUsage]
    /// The same for at most `limit` accounts after an id, in order of ids, given to `body` one by one.
    /// - Returns: the last account, after which to go on; `nil` when there are no more.
    func hourlyUsage(
        ofAccountsAfter id: AccountID?, limit: Int, from first: Int32, through last: Int32,
        _ body: (AccountID, [HourlyUsage]) throws -> Void
    ) throws -> AccountID?
    /// Accounts that time will have changed by a moment, the longest overdue first.
    func accountsDue(by moment: Timestamp, limit: Int) throws -> [AccountID]
    /// The line that carries an idempotency key.
    func entry(for key: IdempotencyKey, of account: AccountID) throws -> SealedEntry?
    /// All versions of the catalog, oldest first.
    func catalogs() throws -> [StoredCatalog]
    /// A version of the catalog.
    func catalog(version: Int64) throws -> StoredCatalog?
    /// The number of the catalog's newest version; 0 before the first.
    func newestCatalogVersion() throws -> Int64
    /// What is known of each price book, in the order in which they were recorded.
    func priceBooks() throws -> [StoredPriceBook]
    /// The document of the price book with a digest.
    func priceBookDocument(_ digest: Hash) throws -> String?
    /// Usage that could not be recorded or priced, newest first.
    func trackingFailures(_ query: TrackingFailureQuery) throws -> [TrackingFailure]
    /// The same after a number, in order of numbers.
    func trackingFailures(after number: Int64, limit: Int) throws -> [TrackingFailure]
    /// Those with the given ids, in order of ids; nothing stands for an id that none has.
    func trackingFailures(withIDs ids: Set<String>) throws -> [TrackingFailure]
    /// How many failures wait, counted no further than `limit`.
    func openTrackingFailureCount(limit: Int) throws -> Int
    /// The same for those of a party.
    func openTrackingFailureCount(of party: FailureParty, limit: Int) throws -> Int
    /// Denials that match, those that began last first, then by their ids downwards.
    func denials(_ query: DenialQuery) throws -> [Denial]
    /// The denial with an id.
    func denial(_ id: String, of account: AccountID) throws -> Denial?
    /// Where a chain of audit records ends; `nil` before its first.
    func auditHead(of chain: AuditChain) throws -> AuditHead?
    /// Chains of audit records in order of their names' bytes, after one: those that have records, and those that
    /// should.
    func auditChains(after chain: AuditChain?, limit: Int) throws -> [AuditChain]
    /// Records of a chain in order of their numbers.
    func auditRecords(of chain: AuditChain, after seq: Int64, limit: Int) throws -> [StoredAuditRecord]
    /// Records of all chains that match, newest first.
    func auditRecords(_ query: AuditQuery) throws -> [StoredAuditRecord]
    /// All API keys, oldest first.
    func apiKeys() throws -> [StoredKey]
    /// The API key with a digest. A store that can find it without reading them all says how.
    func apiKey(digest: Hash) throws -> StoredKey?
    /// The API key with an id. In a writing transaction it is locked until the end.
    func apiKey(id: String) throws -> StoredKey?
    /// The keys that session tokens are signed with, oldest first.
    func signingKeys() throws -> [StoredSigningKey]
    /// A number that is another one after any journal has grown, by whomever; `nil` when the store has none.
    func journalMark() throws -> Int64?
}

extension LedgerReading {
    /// The lines of a page.
    public func entries(_ query: EntryQuery) throws -> [SealedEntry] { try page(query).lines }
    public func newestCatalogVersion() throws -> Int64 { try catalogs().last?.version ?? 0 }
    public func profile(of id: AccountID) throws -> Profile? { try account(id)?.profile }

    public func catalog(version: Int64) throws -> StoredCatalog? { try catalogs().first { $0.version == version } }
    public func journalMark() throws -> Int64? { nil }

    public func hourlyUsage(
        ofAccountsAfter id: AccountID?, limit: Int, from first: Int32, through last: Int32,
        _ body: (AccountID, [HourlyUsage]) throws -> Void
    ) throws -> AccountID? {
        let ids = try accountIDs(after: id, limit: limit)
        for id in ids { try body(id, try hourlyUsage(of: id, from: first, through: last)) }
        return ids.count < limit ? nil : ids.last
    }

    public func versions(of accounts: [AccountID]) throws -> [AccountID: Int64] {
        var versions: [AccountID: Int64] = [:]
        for id in accounts { versions[id] = try account(id)?.state.seq }
        return versions
    }

    /// Usage that could not be recorded or priced, by its id.
    public func trackingFailure(_ id: String) throws -> TrackingFailure? { try trackingFailures(withIDs: [id]).first }

    public func apiKey(digest: Hash) throws -> StoredKey? {
        try apiKeys().first { $0.digest == digest }
    }

    public func apiKey(id: String) throws -> StoredKey? {
        try apiKeys().first { $0.id == id }
    }
}

/// What can be done in a writing transaction.
public protocol LedgerWriting: LedgerReading, PurchaseWriting, JobWriting {
    /// Says which accounts and keys the transaction is about, so that a store that is far away can lock and fetch them
    /// together.
    func prepare(_ accounts: [AccountID], keys: [AccountKey]) throws
    /// Whether ``prepare(_:keys:)`` is of use: whether each look-up is a round trip.
    var isRemote: Bool { get }
    /// The number of the catalog's newest version, if other instances may add one at any time and the store has looked;
    /// 0 before the first.
    var knownCatalogVersion: Int64? { get }
    /// Keeps everybody else from changing accounts and purchases and from adding any until the end, so that what is
    /// counted of them stays true. To be called before anything else of the transaction.
    func holdAccounts() throws
    /// Saves what became of accounts: appends their new lines and replaces their snapshots.
    func save(_ changes: [AccountUpdate]) throws
    /// Replaces lines of a journal by such as have the same numbers, and are found by the same. For erasing only; the
    /// account's state is to be replaced with ``replace(_:)`` in the same transaction.
    func replace(_ lines: [SealedEntry], of account: AccountID) throws
    /// Replaces how an account stood at earlier lines. For erasing only.
    func replace(_ snapshots: [StoredSnapshot], of account: AccountID) throws
    /// Replaces an account's state by one at the same line, and what is kept of its hourly totals. For erasing only.
    func replace(_ state: AccountState, hours: [HourlyUsage]) throws
    /// Replaces records of an audit chain by such as have the same numbers, and are found by the same; with the last one,
    /// the note of where the chain ends. For erasing only.
    func replace(_ records: [StoredAuditRecord], of chain: AuditChain) throws
    /// Replaces what is known of the people behind an account. The account exists.
    func saveProfile(_ profile: Profile, of account: AccountID) throws
    /// Appends a version of the catalog. The price book that it names, if any, has been appended before.
    func append(_ catalog: StoredCatalog) throws
    /// Appends a price book. None with its digest is kept yet.
    func append(_ book: StoredPriceBook, document: String) throws
    /// Adds a tracking failure, or replaces the one with its id, which keeps its number.
    func save(_ failure: TrackingFailure) throws
    /// Removes tracking failures that were tried last before a moment: one for those that are closed, and one for those that
    /// wait and are no lines of a journal.
    /// - Parameter limit: how many at most.
    /// - Returns: how many were removed.
    func removeTrackingFailures(closedBefore: Timestamp, openBefore: Timestamp, limit: Int) throws
        -> Int
    /// Adds denials; one whose id is kept already is added to that: counts add up, and the rest is the new one's but for the
    /// moment at which it began.
    func add(_ denials: [Denial]) throws
    /// Adds a denial, or replaces the one with its id.
    func replace(_ denial: Denial) throws
    /// Removes denials that happened last before a moment.
    func removeDenials(endedBefore moment: Timestamp) throws
    /// Removes all denials but the newest, of one account or of all.
    func trimDenials(of account: AccountID?, to most: Int) throws
    /// Adds an audit record to the end of its chain, and notes that it ends there.
    func append(_ record: StoredAuditRecord) throws
    /// Adds or replaces an API key.
    func save(_ key: StoredKey) throws
    /// Adds or replaces a key that session tokens are signed with.
    func save(_ key: StoredSigningKey) throws
    /// Removes a key that session tokens are signed with, and what is left of it as far as the store can.
    func removeSigningKey(_ id: String) throws
}

extension LedgerWriting {
    public func prepare(_ accounts: [AccountID], keys: [AccountKey]) throws {}
    public var isRemote: Bool { false }
    public var knownCatalogVersion: Int64? { nil }
    public func holdAccounts() throws {}
}

/// An idempotency key and the account in whose journal it is looked for.
public struct AccountKey: Sendable, Hashable {
    /// Which account.
    public var account: AccountID
    /// Which key.
    public var key: IdempotencyKey

    /// A key of an account.
    public init(account: AccountID, key: IdempotencyKey) {
        self.account = account
        self.key = key
    }
}

/// An account as a store keeps it.
public struct StoredAccount: Sendable, Hashable {
    /// What its journal says.
    public var state: AccountState
    /// What is known of the people behind it; never in the journal, so that it can be erased.
    public var profile: Profile

    /// An account.
    public init(state: AccountState, profile: Profile = Profile()) {
        self.state = state
        self.profile = profile
    }
}

/// Names and addresses of people, and the caller's own data.
public struct Profile: Sendable, Hashable {
    /// A name to show.
    public var name: String?
    /// Where to write to.
    public var email: String?
    /// The caller's own data, as compact JSON of an object.
    public var metadata: String?

    /// What is known.
    public init(name: String? = nil, email: String? = nil, metadata: String? = nil) {
        self.name = name
        self.email = email
        self.metadata = metadata
    }
}

/// What became of one account in a transaction.
public struct AccountUpdate: Sendable {
    /// The account after it. Its ``AccountState/closedUsage`` is to be added to the usage totals of earlier days, and its
    /// ``AccountState/closedHours`` to those of hours.
    public var state: AccountState
    /// The new lines of its journal, in order.
    public var entries: [SealedEntry]

    /// An update.
    public init(state: AccountState, entries: [SealedEntry]) {
        self.state = state
        self.entries = entries
    }
}

/// A version of the catalog as a store keeps it.
public struct StoredCatalog: Sendable, Hashable {
    /// The version's number, from 1.
    public var version: Int64
    /// From when it is in force.
    public var effectiveAt: Timestamp
    /// When it was applied.
    public var recordedAt: Timestamp
    /// Who applied it.
    public var actor: String?
    /// The document, as it was given.
    public var document: String
    /// The digest of the price book that goes with it; `nil` for none.
    public var book: Hash?
    /// What takes the place of what it no longer has, as ``CatalogReplacements/text``; empty for nothing.
    public var replacements: String

    /// A version.
    public init(
        version: Int64, effectiveAt: Timestamp, recordedAt: Timestamp, actor: String?, document: String,
        book: Hash? = nil, replacements: String = ""
    ) {
        self.version = version
        self.effectiveAt = effectiveAt
        self.recordedAt = recordedAt
        self.actor = actor
        self.document = document
        self.book = book
        self.replacements = replacements
    }
}
