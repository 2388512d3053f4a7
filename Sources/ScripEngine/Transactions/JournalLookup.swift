import ScripCore

/// Looks up entries of one account's journal for its decisions, and remembers when the store failed to read one.
///
/// An entry that cannot be read must not count as absent, or a charge could be given back twice.
final class JournalLookup {
    private let account: AccountID
    private let journal: any LedgerReading
    private var failure: (any Error)?

    init(of account: AccountID, in journal: any LedgerReading) {
        self.account = account
        self.journal = journal
    }

    /// An entry by its number.
    func entry(_ seq: Int64) -> Entry? { noting { try journal.entry(seq, of: account)?.entry } }

    /// The latest entry about another one.
    func latestEntry(about seq: Int64) -> Entry? { noting { try journal.latestEntry(about: seq, of: account)?.entry } }

    /// What decisions need that refer to entries of this journal.
    func context(now: Timestamp, catalogs: CatalogHistory) -> DecisionContext {
        DecisionContext(
            now: now, catalogs: catalogs, entry: { self.entry($0) }, latestEntry: { self.latestEntry(about: $0) })
    }

    /// Must be called before any decision counts.
    /// - Throws: why an entry could not be read.
    func requireNoFailure() throws {
        if let failure { throw failure }
    }

    private func noting(_ find: () throws -> Entry?) -> Entry? {
        do {
            return try find()
        } catch {
            failure = failure ?? error
            return nil
        }
    }
}
