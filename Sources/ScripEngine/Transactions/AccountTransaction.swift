import ScripCore

/// One account in a transaction of the store: the only place where commands are decided.
///
/// Commands are carried out one after the other. ``TransactionScope/save(_:)`` then saves what they wrote and whatever
/// goes with it. A command that is refused leaves the account as it was, but for what time has changed.
struct AccountTransaction: Sendable {
    /// What a command came to.
    enum Answer: Sendable {
        /// It was carried out.
        case decided(Decision)
        /// It came before; this entry answered it then.
        case repeated(SealedEntry)

        /// The entries that it wrote, or the one that it had written.
        var lines: [SealedEntry] {
            switch self {
            case .decided(let decision): decision.entries
            case .repeated(let earlier): [earlier]
            }
        }
    }

    /// How the audit log tells of a command that changes something by somebody's decision.
    enum AuditNote: Sendable {
        /// By itself, with what is about it.
        case itself(subject: String? = nil, reason: String? = nil)
        /// Not at all: whoever gave the command records the whole that it is a part of.
        case partOfAnother
    }

    /// A change for the audit log, with who made it and when.
    struct Audited: Sendable {
        var change: AuditedChange
        var origin: Origin
        var moment: Timestamp
    }

    /// The account as the commands so far leave it.
    private(set) var state: AccountState
    /// The entries they wrote.
    private(set) var entries: [SealedEntry] = []
    /// What is to be recorded in the audit log.
    private(set) var audited: [Audited] = []
    /// The entries among ``entries`` that answered commands with a key.
    private var keyed: [IdempotencyKey: SealedEntry] = [:]
    /// When it is decided: now, or when the last entry was written if another machine's clock was ahead.
    let moment: Timestamp
    private let catalogs: CatalogHistory

    /// Takes up an account as it was last saved.
    init(_ state: AccountState, at now: Timestamp, catalogs: CatalogHistory) {
        self.state = state
        moment = max(now, state.lastRecordedAt)
        self.catalogs = catalogs
    }

    /// What is to be saved; `nil` when nothing was written.
    var update: AccountUpdate? { entries.isEmpty ? nil : AccountUpdate(state: state, entries: entries) }

    /// Brings the account to now.
    /// - Throws: a ``Rejection`` where a damaged version of the catalog would decide.
    mutating func advance() throws(Rejection) {
        try state.requireSound(catalogs, through: moment)
        entries += state.advance(to: moment, catalogs: catalogs)
    }

    /// Carries out a command, unless its key answered it before.
    /// - Parameters:
    ///   - earlier: the entry that carries the command's key.
    ///   - lookup: where earlier entries and price books are found; without it, a command that needs a price book that
    ///     is not in memory is refused with ``Rejection/priceBookAway(version:)``.
    /// - Throws: a ``Rejection``, such as for a key that was used for something else.
    mutating func carryOut(
        _ command: Command, earlier: SealedEntry?, lookup: DecisionLookup?, note: AuditNote = .itself()
    ) throws(Rejection) -> Answer {
        let origin = command.origin
        let mayHaveWritten = { command.intent.mayHave(written: $0) }
        if let line = try answer(to: origin, earlier: earlier, mayHaveWritten) { return .repeated(line) }
        try advance()
        let before = command.intent.isAdministrative ? state : nil
        let decision = try state.decide(command, context: context(lookup))
        entries += decision.entries
        if let key = origin.idempotencyKey, let answer = decision.answer { keyed[key] = answer }
        if let before, case .itself(let subject, let reason) = note {
            for var change in AuditedChange.changes(by: command, from: before, to: state, decision: decision) {
                change.subject = subject ?? change.subject
                change.reason = reason ?? change.reason
                audited.append(Audited(change: change, origin: origin, moment: moment))
            }
        }
        return .decided(decision)
    }

    /// The entry that answered a key, which must have been used for the same request; `nil` for one that was not used.
    /// - Parameters:
    ///   - earlier: the entry that carries the key.
    ///   - mayHaveWritten: whether such a request may have written an entry of a kind.
    /// - Throws: ``Rejection/idempotencyKeyReused(_:)``.
    func answer(
        to origin: Origin, earlier: SealedEntry?, _ mayHaveWritten: (EntryKind) -> Bool
    ) throws(Rejection) -> SealedEntry? {
        guard let key = origin.idempotencyKey, let earlier = earlier ?? keyed[key] else { return nil }
        if !isSame(origin, as: earlier.entry, key, mayHaveWritten) { throw .idempotencyKeyReused(key) }
        return earlier
    }

    private func isSame(
        _ origin: Origin, as earlier: Entry, _ key: IdempotencyKey, _ mayHaveWritten: (EntryKind) -> Bool
    ) -> Bool {
        if earlier.answers(origin) { return true }
        // For an erased account, only the kind of request is still known.
        if earlier.requestDigest == nil && state.settings.isErased { return mayHaveWritten(earlier.kind) }
        // A version that kept no owners made the digests of what purchases moved of their keys alone.
        let isMovement = [EntryKind.grant, .grantVoided, .adjustment].contains(earlier.kind)
        let isEarlier = key.owner == .system && earlier.idempotencyKey?.owner == .unstated
        return isEarlier && isMovement && earlier.requestDigest == Digest(of: Array(key.rawValue.utf8))
    }

    private func context(_ lookup: DecisionLookup?) -> DecisionContext {
        guard let lookup else { return DecisionContext(now: moment, catalogs: catalogs) }
        let fresh = entries
        let journal = lookup.journal
        return DecisionContext(
            now: moment, catalogs: catalogs,
            book: { (version) throws(Rejection) in try lookup.books.book(of: version) },
            entry: { seq in fresh.first { $0.entry.seq == seq }?.entry ?? journal.entry(seq) },
            latestEntry: { seq in fresh.last { $0.entry.subject == seq }?.entry ?? journal.latestEntry(about: seq) }
        )
    }
}

/// What a decision looks up in the store beyond the account itself.
struct DecisionLookup {
    let journal: JournalLookup
    let books: BookLookup

    /// To be called before anything that was decided is believed, a refusal too.
    /// - Throws: why something could not be read.
    func requireNoFailure() throws {
        try journal.requireNoFailure()
        try books.requireNoFailure()
    }
}

extension Intent {
    /// Whether deciding it looks up earlier entries of the journal.
    var needsJournal: Bool {
        switch self {
        case .putAccount, .grant, .takeBack, .charge, .track, .hold, .adjust, .subscription: false
        case .voidGrant, .capture, .release, .extend, .refund, .rateLater, .subscribe: true
        }
    }
}
