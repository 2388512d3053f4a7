import ScripCore

/// One account within a writing transaction: commands are decided one after the other and saved at the end, together
/// with whatever else the transaction saves.
struct AccountTurn {
    private(set) var state: AccountState
    private(set) var entries: [SealedEntry] = []
    let moment: Timestamp
    private let catalogs: CatalogHistory
    private let writing: any LedgerWriting

    /// Takes up an account and brings it to now.
    /// - Throws: ``Rejection/accountNotFound(_:)``.
    init(_ id: AccountID, now: Timestamp, catalogs: CatalogHistory, writing: any LedgerWriting) throws {
        guard let stored = try writing.account(id) else { throw Rejection.accountNotFound(id) }
        state = stored.state
        moment = max(now, state.lastRecordedAt)
        self.catalogs = catalogs
        self.writing = writing
        try state.requireSound(catalogs, through: moment)
        entries += state.advance(to: moment, catalogs: catalogs)
    }

    /// A name that Scrip itself gives a command, and what the command asks for.
    struct Name {
        var key: String
        /// What is asked for, in any words that are the same for the same command.
        var request: String
    }

    /// Carries out a command, unless its name was used before.
    /// - Returns: the lines it wrote; the earlier line when the name was used before.
    /// - Throws: a ``Rejection``, such as for a name that was used for something else; the account is as before then.
    mutating func submit(_ intent: Intent, actor: String?, name: Name?) throws -> [SealedEntry] {
        var origin = Origin(actor: actor)
        if let name {
            let key = IdempotencyKey(unchecked: name.key, owner: .system)
            let hash = Hash(of: Array(name.request.utf8))
            if let earlier = try writing.entry(for: key, of: state.id) {
                // A version that kept no owners made digests of the key alone, which the look-up has compared.
                let isSame = earlier.entry.requestHash == hash || earlier.entry.idempotencyKey?.owner == .unstated
                if !isSame { throw Rejection.idempotencyKeyReused(key) }
                return [earlier]
            }
            origin.idempotencyKey = key
            origin.requestHash = hash
        }
        let fresh = entries
        let stored = JournalLookup(of: state.id, in: writing)
        let context = DecisionContext(
            now: moment, catalogs: catalogs,
            entry: { seq in fresh.first { $0.entry.seq == seq }?.entry ?? stored.entry(seq) },
            latestEntry: { seq in fresh.last { $0.entry.subject == seq }?.entry ?? stored.latestEntry(about: seq) })
        let decision = try state.decide(Command(account: state.id, intent: intent, origin: origin), context: context)
        try stored.requireNoFailure()
        entries += decision.entries
        return decision.entries
    }

    /// Saves what was written, if anything was.
    func save() throws {
        if !entries.isEmpty { try writing.save([AccountUpdate(state: state, entries: entries)]) }
    }
}
