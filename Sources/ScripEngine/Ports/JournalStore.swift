import ScripCore

/// What can be read of accounts and their journals.
public protocol JournalReading {
    /// The account as it was last saved, not yet advanced to now.
    func account(_ id: AccountID) throws -> StoredAccount?
    /// What is known of the people behind an account, whether or not the account itself can be read.
    func profile(of account: AccountID) throws -> Profile?
    /// The number of the last entry of each of these accounts that are kept.
    func versions(of accounts: [AccountID]) throws -> [AccountID: Int64]
    /// Accounts in order of their ids' bytes, after one.
    func accounts(after id: AccountID?, limit: Int) throws -> [StoredAccount]
    /// Ids of accounts in order of their bytes, after one.
    func accountIDs(after id: AccountID?, limit: Int) throws -> [AccountID]
    /// One entry of a journal.
    func entry(_ seq: Int64, of account: AccountID) throws -> SealedEntry?
    /// The latest entry of a journal whose subject is the entry with this number.
    func latestEntry(about subject: Int64, of account: AccountID) throws -> SealedEntry?
    /// Entries of a journal in order of their numbers.
    func entries(of account: AccountID, after seq: Int64, limit: Int) throws -> [SealedEntry]
    /// The accounts that any entry names, with the highest number of their entries, whether the account is kept or not.
    /// Reads every entry: made for verification.
    func journals(_ body: (AccountID, Int64) throws -> Void) throws
    /// Entries of a journal that match, newest first, among as many entries as the query has looked at.
    func page(_ query: EntryQuery) throws -> EntryPage
    /// The account as its journal had it after the last entry recorded not later than a moment; `nil` before the first.
    func state(of account: AccountID, recordedBy moment: Timestamp) throws -> AccountState?
    /// The account as its journal had it after the entry with this number.
    func state(of account: AccountID, after seq: Int64) throws -> AccountState?
    /// Accounts that time will have changed by a moment, the longest overdue first.
    func accountsDue(by moment: Timestamp, limit: Int) throws -> [AccountID]
    /// The entry that carries an idempotency key.
    func entry(for key: IdempotencyKey, of account: AccountID) throws -> SealedEntry?
    /// A number that changes whenever any journal has grown; `nil` if the store has none.
    func journalMark() throws -> Int64?
}

extension JournalReading {
    /// The entries of a page.
    public func entries(_ query: EntryQuery) throws -> [SealedEntry] { try page(query).lines }
}

/// Where accounts and their journals are kept.
public protocol JournalStore: JournalReading {
    /// Says which accounts and keys the transaction is about, so that a store that is far away can lock and fetch them
    /// together.
    func prepare(_ accounts: [AccountID], keys: [AccountKey]) throws
    /// Whether ``prepare(_:keys:)`` helps, because each look-up is a round trip.
    var isRemote: Bool { get }
    /// Keeps everybody else from changing accounts and purchases and from adding any until the end, so that what is
    /// counted of them stays true. To be called before anything else of the transaction.
    func holdAccounts() throws
    /// Saves what became of accounts: appends their new entries and replaces their snapshots.
    func save(_ changes: [AccountUpdate]) throws
    /// Replaces entries of a journal by such as have the same numbers, and are found by the same. For erasing only; the
    /// account's state is to be replaced with ``replace(_:)`` in the same transaction.
    func replace(_ lines: [SealedEntry], of account: AccountID) throws
    /// Replaces how an account stood at earlier entries. For erasing only.
    func replace(_ snapshots: [StoredSnapshot], of account: AccountID) throws
    /// Replaces an account's state by one at the same entry, and what is kept of its hourly totals. For erasing only.
    func replace(_ state: AccountState, hours: [HourlyUsage]) throws
    /// Replaces what is known of the people behind an account. The account exists.
    func saveProfile(_ profile: Profile, of account: AccountID) throws
}
