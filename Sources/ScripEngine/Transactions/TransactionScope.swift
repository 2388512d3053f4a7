import ScripCore

/// What all decisions of one transaction of the store share: the moment, and the catalog as the database has it then.
///
/// Whoever changes accounts begins here: the catalog in memory may be older than the one in force, as another instance
/// may have added a version a moment ago.
struct TransactionScope {
    /// When it is decided.
    let now: Timestamp
    /// All versions of the catalog that the database has.
    let catalogs: CatalogHistory
    /// The transaction.
    let writing: any LedgerWriting
    private let cache: CatalogCache
    private let books: BookLookup

    /// Locks accounts and reads the catalog.
    /// - Parameters:
    ///   - accounts: which ones the transaction is about.
    ///   - keys: which keys it looks up.
    init(
        of accounts: @autoclosure () -> [AccountID], keys: @autoclosure () -> [AccountKey] = [], clock: any Clock,
        cache: CatalogCache, in writing: any LedgerWriting
    ) throws {
        if writing.isRemote {
            let accounts = accounts()
            if !accounts.isEmpty { try writing.prepare(accounts, keys: keys()) }
        }
        let catalogs = try cache.history(knownIn: writing, at: clock.now())
        // The clock is read after the accounts are locked, so that what was written before is not later than now.
        self.init(now: clock.now(), catalogs: catalogs, cache: cache, in: writing)
    }

    private init(now: Timestamp, catalogs: CatalogHistory, cache: CatalogCache, in writing: any LedgerWriting) {
        (self.now, self.catalogs, self.cache, self.writing) = (now, catalogs, cache, writing)
        books = BookLookup(cache, in: writing)
    }

    /// The catalog in force.
    var catalog: Catalog { catalogs.inForce(at: now) }

    /// Takes up an account.
    /// - Throws: ``Rejection/accountNotFound(_:)``.
    func account(_ id: AccountID) throws -> AccountTransaction {
        guard let stored = try writing.account(id) else { throw Rejection.accountNotFound(id) }
        return AccountTransaction(stored.state, at: now, catalogs: catalogs)
    }

    /// Where decisions about an account find what they need beyond it.
    func lookup(of account: AccountID) -> DecisionLookup {
        DecisionLookup(journal: JournalLookup(of: account, in: writing), books: books)
    }

    /// Carries out a command on an account that was taken up, unless its key answered it before.
    /// - Throws: a ``Rejection``; the account is as before then, but for what time has changed.
    func carryOut(
        _ intent: Intent, origin: Origin, on account: inout AccountTransaction,
        note: AccountTransaction.AuditNote = .itself()
    ) throws -> AccountTransaction.Answer {
        let id = account.state.id
        let earlier = try earlier(of: origin, id)
        let lookup = lookup(of: id)
        let command = Command(account: id, intent: intent, origin: origin)
        let answer = Result { () throws(Rejection) in
            try account.carryOut(command, earlier: earlier, lookup: lookup, note: note)
        }
        try lookup.requireNoFailure()
        return try answer.get()
    }

    /// The entry that carries an origin's key.
    func earlier(of origin: Origin, _ account: AccountID) throws -> SealedEntry? {
        try origin.idempotencyKey.flatMap { try writing.entry(for: $0, of: account) }
    }

    /// Saves what became of accounts, all at once, with what goes with it: failures of usage that has no price, and
    /// audit records.
    func save(_ accounts: [AccountTransaction]) throws {
        let updates = accounts.compactMap(\.update)
        if !updates.isEmpty { try writing.save(updates) }
        try noteUnrated(updates)
        for account in accounts {
            for audited in account.audited {
                try writing.audit(audited.change, by: audited.origin, at: audited.moment)
            }
        }
    }

    /// Keeps failures for usage that was recorded without a price, and closes them when the price came.
    private func noteUnrated(_ updates: [AccountUpdate]) throws {
        var rated: [String: (line: String, at: Timestamp)] = [:]
        var versions: Set<Int64> = []
        defer { if catalogs.lacksBooks && !versions.isEmpty { cache.used(versions) } }
        for update in updates {
            for sealed in update.entries where sealed.entry.rating != nil {
                if let version = sealed.entry.rating?.priceVersion { versions.insert(version) }
                if let failure = TrackingFailure(unrated: sealed, of: update.state) { try writing.save(failure) }
                guard sealed.entry.kind == .charge, let subject = sealed.entry.subject else { continue }
                let line = EntryID(seq: subject).text(in: update.state.tag)
                for id in TrackingFailure.ids(unratedEntry: line) {
                    rated[id] = (sealed.entry.id.text(in: update.state.tag), sealed.entry.recordedAt)
                }
            }
        }
        if rated.isEmpty { return }
        for var failure in try writing.trackingFailures(withIDs: Set(rated.keys)) {
            guard let rating = rated[failure.id], failure.format == .entry else { continue }
            failure.status = .resolved
            failure.entry = rating.line
            failure.lastAttemptAt = rating.at
            try writing.save(failure)
        }
    }
}

extension Engine {
    /// Does what follows from how an account stands, which is found out in the same transaction. A key that was used
    /// before is answered by its entry, whatever would follow now.
    /// - Parameter decide: what to do with the account, brought to now; `nil` for nothing.
    /// - Returns: the entry that answers; `nil` when nothing was to be done.
    /// - Throws: a ``Rejection``; what `decide` throws; ``EngineError``.
    public func carryOut(
        on id: AccountID, origin: Origin, _ decide: @escaping @Sendable (AccountState) throws -> Intent?
    ) async throws -> SealedEntry? {
        if isDraining { throw EngineError.shuttingDown }
        do {
            return try await transact(on: id) { scope in
                var account = try scope.account(id)
                let earlier = try scope.earlier(of: origin, id)
                if let line = try account.answer(to: origin, earlier: earlier, { _ in true }) { return line }
                try account.advance()
                guard let intent = try decide(account.state) else { return nil }
                let answer = try scope.carryOut(intent, origin: origin, on: &account)
                try scope.save([account])
                return answer.lines.last { $0.entry.idempotencyKey == origin.idempotencyKey } ?? answer.lines.first
            }
        } catch {
            guard DamagedAccounts.isDamage(error) else { throw error }
            damagedAccounts.note(id, error, at: clock.now())
            throw EngineError.accountDamaged(id)
        }
    }

    /// Decides about accounts in one transaction, and tells of it.
    /// - Parameter accounts: which accounts; all that is decided of them is decided by the catalog that the database
    ///   has.
    func transact<R: Sendable>(
        on accounts: AccountID..., body: @escaping @Sendable (TransactionScope) throws -> R
    ) async throws -> R {
        let (clock, cache) = (clock, catalogs)
        let result = try await store.write { writing in
            try body(TransactionScope(of: accounts, clock: clock, cache: cache, in: writing))
        }
        feed.changed(accounts)
        return result
    }
}
