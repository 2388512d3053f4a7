import ScripCore

extension Engine {
    /// An account as of now, or at a moment: what was recorded by then, advanced to it. A moment to come shows what
    /// time alone will change: periods that begin, credits that expire, plans that end.
    /// - Throws: ``Rejection/accountNotFound(_:)``, also for a moment before the account was opened;
    ///   ``Rejection/invalid(field:rule:)`` for one further ahead than ``Limits/foresightSeconds``.
    public func account(_ id: AccountID, at moment: Timestamp? = nil) async throws -> AccountSnapshot {
        let now = clock.now()
        let history = catalogs.history
        if let moment, moment > now.adding(seconds: Limits.foresightSeconds) {
            throw Rejection.invalid(field: "at", rule: "may be at most 3,660 days ahead")
        }
        return try await read(about: id) { reading in
            guard let stored = try reading.account(id) else { throw Rejection.accountNotFound(id) }
            var state = stored.state
            // A clock that went backwards does not take back what was written.
            let at = moment ?? max(now, state.lastRecordedAt)
            if at < state.lastRecordedAt {
                guard let earlier = try reading.state(of: id, recordedBy: at) else {
                    throw Rejection.accountNotFound(id)
                }
                state = earlier
            }
            try state.requireSound(history, through: at)
            if at > now {
                if let reached = state.advance(to: at, catalogs: history, maxEvents: Limits.foreseenEvents) {
                    throw EngineError.tooFar(until: reached)
                }
            } else {
                _ = state.advance(to: at, catalogs: history)
            }
            return AccountSnapshot(state: state, profile: stored.profile, at: at)
        }
    }

    /// Accounts in order of their ids, as of now. What cannot be read is set aside, with a line in the log.
    public func accounts(after id: AccountID? = nil, limit: Int = 50) async throws -> [AccountSnapshot] {
        try await accountPage(after: id, limit: limit).accounts
    }

    /// The same with the ids of the accounts that lie among them and cannot be read.
    public func accountPage(
        after id: AccountID? = nil, limit: Int = 50
    ) async throws -> (accounts: [AccountSnapshot], damaged: [String]) {
        let now = clock.now()
        let history = catalogs.history
        @Sendable func snapshot(_ stored: StoredAccount) throws -> AccountSnapshot {
            var state = stored.state
            try state.requireSound(history, through: now)
            _ = state.advance(to: now, catalogs: history)
            return AccountSnapshot(state: state, profile: stored.profile, at: now)
        }
        do {
            return (try await store.read { try $0.accounts(after: id, limit: limit).map(snapshot) }, [])
        } catch {
            guard DamagedAccounts.isDamage(error) else { throw error }
        }
        // A page without its damaged accounts is as long as any, so that nobody takes it for the last.
        var (found, last, damaged): ([AccountSnapshot], AccountID?, [String]) = ([], id, [])
        repeat {
            let page = try await readEach(after: last, limit: limit - found.count) { reading, account in
                try reading.account(account).map(snapshot)
            }
            found += page.found
            damaged += page.damaged.map(\.rawValue)
            last = page.last
        } while last != nil && found.count < limit && damaged.count < SoundRows.maxSetAside
        return (found, damaged)
    }

    /// Whether a charge would be allowed. Changes nothing.
    /// - Parameter origin: who asks; a denial is noted with it.
    /// - Throws: a ``Rejection`` when the question cannot be answered.
    public func check(_ usage: Usage, account id: AccountID, origin: Origin = Origin()) async throws
        -> Check
    {
        try await readPriceBooks(for: CollectionOfOne(.charge(usage)))
        do {
            let snapshot = try await account(id)
            let history = catalogs.history
            let check = try await pricing { (books) throws(Rejection) in
                try withoutActuallyEscaping(books) { (books) throws(Rejection) in
                    let context = DecisionContext(now: snapshot.at, catalogs: history, book: books)
                    return try snapshot.state.check(usage, context: context)
                }
            }
            if !check.isAllowed, let refusal = check.refusal {
                refused(.check, usage, of: id, refusal, origin: origin)
            }
            return check
        } catch let rejection as Rejection {
            refused(.check, usage, of: id, rejection, origin: origin)
            throw rejection
        }
    }

    /// What usage would cost by the catalog in force when it happened, or now.
    /// - Throws: a ``Rejection`` when it cannot be rated.
    public func rate(_ usage: Usage) async throws -> Rating {
        try Limits.require(usage)
        try await readPriceBooks(for: CollectionOfOne(.charge(usage)))
        let (now, history) = (clock.now(), catalogs.history)
        return try await pricing { (books) throws(Rejection) in try history.rate(usage, at: now, books: books) }
    }

    /// Entries of an account's journal that match, newest first, as far as one look at the journal finds them. What
    /// time has changed since the last entry is not among them until a command or the sweeper writes it.
    /// - Throws: ``Rejection/accountNotFound(_:)``.
    public func page(_ query: EntryQuery) async throws -> EntryPage {
        try await store.read { reading in
            if try reading.account(query.account) == nil { throw Rejection.accountNotFound(query.account) }
            return try reading.page(query)
        }
    }

    /// The same as far as they are asked for, however many looks that takes: for whoever may read a whole journal.
    /// - Throws: ``Rejection/accountNotFound(_:)``.
    public func entries(_ query: EntryQuery) async throws -> [SealedEntry] {
        var (query, found) = (query, [SealedEntry]())
        while true {
            let page = try await page(query)
            found += page.lines
            query.limit -= page.lines.count
            guard query.limit > 0, let next = page.next else { return found }
            query.before = next
        }
    }

    /// The latest charges of each credit type of an account, newest first, among the latest entries of its journal.
    /// - Parameter count: how many of each type at most.
    /// - Throws: ``Rejection/accountNotFound(_:)``.
    public func latestUses(of id: AccountID, each count: Int) async throws -> [CreditTypeID: [SealedEntry]] {
        try await store.read { reading in
            guard let state = try reading.account(id)?.state else { throw Rejection.accountNotFound(id) }
            var uses = Dictionary(
                state.typeBalances.map { ($0.creditType, [SealedEntry]()) }, uniquingKeysWith: { first, _ in first })
            var query = EntryQuery(account: id, limit: 250)
            query.kinds = [.charge, .capture]
            query.maxEntriesRead = query.limit
            var entriesLeft = EntryQuery.maxEntriesRead
            while entriesLeft > 0, uses.values.contains(where: { $0.count < count }) {
                let page = try reading.page(query)
                for line in page.lines {
                    guard let type = line.entry.creditType, uses[type, default: []].count < count else { continue }
                    uses[type, default: []].append(line)
                }
                entriesLeft -= query.maxEntriesRead
                guard let next = page.next else { break }
                query.before = next
            }
            return uses
        }
    }

    /// Totals of an account by day, action and credit type, from the first day through the last.
    /// - Throws: ``Rejection/accountNotFound(_:)``.
    public func usage(of id: AccountID, from first: Int32, through last: Int32) async throws -> [UsageTotals] {
        try await store.read { reading in
            if try reading.account(id) == nil { throw Rejection.accountNotFound(id) }
            return try reading.usage(of: id, from: first, through: last)
        }
    }

    /// Totals of an account's days from a moment on: of the moment's own day, without what was recorded of it before.
    /// - Throws: ``Rejection/accountNotFound(_:)``.
    public func usage(of id: AccountID, since moment: Timestamp, through last: Int32) async throws -> [UsageTotals] {
        try await store.read { reading in
            if try reading.account(id) == nil { throw Rejection.accountNotFound(id) }
            let rows = try reading.usage(of: id, from: moment.day, through: last)
            if moment.microseconds % Timestamp.microsecondsPerDay == 0 { return rows }
            let before = Timestamp(microseconds: moment.microseconds.addingClamped(-1))
            guard let earlier = try reading.state(of: id, recordedBy: before)?.usageDay, earlier.day == moment.day
            else {
                return rows
            }
            return rows.map { row in
                let same = earlier.rows.first {
                    $0.day == row.day && $0.action == row.action && $0.creditType == row.creditType
                }
                return same.map { row.less($0) } ?? row
            }
        }
    }

    /// A hold, open or closed.
    /// - Throws: ``Rejection/accountNotFound(_:)`` or ``Rejection/holdNotFound``.
    public func hold(_ holdID: HoldID, account id: AccountID) async throws -> HoldReport {
        let now = clock.now()
        let history = catalogs.history
        return try await store.read { reading in
            guard var state = try reading.account(id)?.state else { throw Rejection.accountNotFound(id) }
            let before = state
            try state.requireSound(history, through: now)
            _ = state.advance(to: now, catalogs: history)
            if let open = state.holds.first(where: { $0.id == holdID }) { return HoldReport(open) }
            if let lapsed = before.holds.first(where: { $0.id == holdID }) {
                return HoldReport(lapsed, status: .expired)
            }
            let lookup = JournalLookup(of: id, in: reading)
            let closed = Result { () throws(Rejection) in
                try state.closedHold(holdID, context: lookup.context(now: now, catalogs: history))
            }
            try lookup.requireNoFailure()
            return try closed.get()
        }
    }
}
