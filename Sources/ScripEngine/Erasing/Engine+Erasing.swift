import ScripCore
import ScripJSON

extension Engine {
    /// Erases all personal data of an account: its profile, the texts of its journal and its audit log,
    /// the events of its tracking failures, its denials, and its ties to a payment provider. Amounts stay, and both
    /// chains of digests are made anew over what is left. From then on the account takes no texts, and nothing can be
    /// taken from it.
    ///
    /// An account that was erased before is left as it is.
    /// - Parameter isForced: whether to erase even if something is open; see ``Obligation``.
    /// - Throws: ``Rejection/accountNotFound(_:)``, ``Rejection/accountNotSettled(_:)``;
    ///   ``EngineError/accountDamaged(_:)`` when journal or audit log do not agree with their digests, which would not
    ///   show any more.
    public func erase(account id: AccountID, isForced: Bool = false, origin: Origin) async throws -> AccountSnapshot {
        try await recordDenials()
        do {
            return try await transact(on: id) { scope in
                var erasure = try AccountErasure(of: id, in: scope)
                if !erasure.isDone {
                    if !isForced { try erasure.requireSettled() }
                    try erasure.run(isForced: isForced, origin: origin)
                }
                return AccountSnapshot(state: erasure.state, profile: Profile(), at: erasure.now)
            }
        } catch {
            guard DamagedAccounts.isDamage(error) else { throw error }
            damagedAccounts.note(id, error, at: clock.now())
            throw EngineError.accountDamaged(id)
        }
    }
}

/// The erasing of one account, in one transaction.
struct AccountErasure {
    /// How many entries, snapshots or records are read at a time.
    private static let pageSize = 500

    /// The account as it is.
    private(set) var state: AccountState
    let now: Timestamp
    private let writing: any LedgerWriting
    private var id: AccountID { state.id }

    /// Whether the account was erased before.
    var isDone: Bool { state.settings.isErased }

    /// Brings the account to the moment.
    init(of id: AccountID, in scope: TransactionScope) throws {
        var account = try scope.account(id)
        try account.advance()
        try scope.save([account])
        (now, writing, state) = (account.moment, scope.writing, account.state)
        _ = state.takeClosedUsage()
    }

    /// - Throws: ``Rejection/accountNotSettled(_:)`` with all that is open.
    func requireSettled() throws {
        var open = state.obligations
        open += try writing.purchases(PurchaseQuery(account: id, statuses: [.pending], limit: 3)).map {
            .purchase(id: $0.id)
        }
        if let linked = try writing.billingProfile(of: id)?.subscription, !linked.isFinal {
            open.append(.providerSubscription(id: linked.id))
        }
        let waiting = TrackingFailureQuery(status: .open, account: id.rawValue, limit: 1)
        if try !writing.trackingFailures(waiting).isEmpty { open.append(.trackingFailures) }
        if !open.isEmpty { throw Rejection.accountNotSettled(open) }
    }

    mutating func run(isForced: Bool, origin: Origin) throws {
        try writing.saveProfile(Profile(), of: id)
        try eraseFailures()
        try writing.trimDenials(of: id, to: 0)
        try eraseBillingProfile()
        let replaced = state.lastDigest
        try eraseJournal()
        let entries = state.closeErasure(replacing: replaced, origin: origin, at: now)
        try writing.save([AccountUpdate(state: state, entries: entries)])
        let auditEnd = try eraseAuditLog()
        let before = AuditValues.object(
            ("journal_digest", .string(replaced.description)),
            ("audit_digest", auditEnd.map { .string($0.description) }))
        let change = AuditedChange(
            .accountErased, account: id, entry: state.seq, before: before,
            after: AuditValues.object(("forced", .bool(isForced))))
        try writing.audit(change, by: origin, at: now)
    }

    /// Chains the entries anew without their texts. The digests of before are checked first.
    private mutating func eraseJournal() throws {
        var (old, new) = (AccountState(id: id), AccountState(id: id))
        var snapshots = SnapshotPages(of: id, in: writing)
        var hours = HourlyUsageSums()
        while case let lines = try writing.entries(of: id, after: old.seq, limit: Self.pageSize), !lines.isEmpty {
            var erased: [SealedEntry] = []
            var stood: [StoredSnapshot] = []
            for line in lines {
                try old.replay(line)
                let sealed = SealedEntry(line.entry.erased, after: new.lastDigest)
                try new.replay(sealed)
                erased.append(sealed)
                if try snapshots.take(new.seq) {
                    var kept = new
                    _ = kept.takeClosedUsage()
                    stood.append(StoredSnapshot(seq: new.seq, recordedAt: new.lastRecordedAt, state: kept))
                }
                hours.add(new.closedHours)
                _ = (old.takeClosedUsage(), new.takeClosedUsage())
            }
            try writing.replace(erased, of: id)
            try writing.replace(stood, of: id)
        }
        if old != state { throw StoreError(.damaged, "The account differs from its journal.") }
        try writing.replace(new, hours: Array(hours.rows.values))
        state = new
    }

    /// Chains the audit records anew without reasons and without where users called from. The digests of before are
    /// checked first.
    /// - Returns: the digest that the chain ended with.
    private func eraseAuditLog() throws -> Digest? {
        let chain = AuditChain(id)
        guard let head = try writing.auditHead(of: chain) else { return nil }
        var check = AuditCheck(chain: chain)
        var previous = Digest.none
        while case let page = try writing.auditRecords(of: chain, after: check.readThrough, limit: Self.pageSize),
            !page.isEmpty
        {
            var erased: [StoredAuditRecord] = []
            for stored in page {
                check.read(stored)
                let sealed = StoredAuditRecord(try stored.record().erased, after: previous)
                previous = sealed.digest
                erased.append(sealed)
            }
            if check.difference == nil { try writing.replace(erased, of: chain) }
        }
        check.end(at: head)
        if let difference = check.difference { throw StoreError(.damaged, "The audit log: \(difference.description).") }
        return head.digest
    }

    /// Removes the content of usage that could not be recorded. Only the fact that there was some stays.
    private func eraseFailures() throws {
        var query = TrackingFailureQuery(status: nil, account: id.rawValue, limit: Self.pageSize)
        while case let page = try writing.trackingFailures(query), let last = page.last {
            for var failure in page {
                (failure.event, failure.detail) = ("{}", "Erased with its account.")
                failure.whole = nil
                if failure.status == .open { failure.status = .dismissed }
                failure.lastAttemptAt = now
                try writing.save(failure)
            }
            query.before = last.number
        }
    }

    /// Removes the ties to a payment provider, so that no top-up buys anything and nobody is charged again.
    private func eraseBillingProfile() throws {
        guard try writing.billingProfile(of: id) != nil else { return }
        try writing.save(BillingProfile(account: id))
    }
}

/// At which entries a store keeps how an account stood.
private struct SnapshotPages {
    private let id: AccountID
    private let reading: any LedgerReading
    private var waiting: [Int64] = []
    private var last: Int64 = 0
    private var isRead = false

    init(of id: AccountID, in reading: any LedgerReading) {
        self.id = id
        self.reading = reading
    }

    /// Whether there is one at an entry. Entries are asked for in order.
    mutating func take(_ seq: Int64) throws -> Bool {
        if waiting.isEmpty && !isRead {
            waiting = try reading.snapshots(of: id, after: last, limit: 64).map(\.seq)
            isRead = waiting.isEmpty
            last = waiting.last ?? last
        }
        guard let first = waiting.first, first <= seq else { return false }
        waiting.removeFirst()
        return first == seq
    }
}

extension AuditRecord {
    /// The record without its reason, and without the place from which one of the app's users called.
    fileprivate var erased: AuditRecord {
        var record = self
        record.change.reason = nil
        if caller.kind == .user { (record.caller.address, record.caller.userAgent) = (nil, nil) }
        return record
    }
}
