import ScripCore

extension Engine {
    /// Keeps usage that could not be recorded.
    /// - Parameter requestID: the id of the request that it came with, for the log.
    /// - Returns: the ids of those that are not kept, since their account or their sender has no room for more. One
    ///   that is kept already is always kept again.
    /// - Throws: ``EngineError/overloaded`` when too many failures wait already.
    @discardableResult
    public func keep(_ failures: [TrackingFailure], requestID: String? = nil) async throws -> Set<
        String
    > {
        if failures.isEmpty { return [] }
        let limits = failureLimits
        let isCounted = failureQuota.take(failures.count)
        let known = failureQuota.left(of: Set(failures.flatMap(\.parties)))
        let kept = try await store.write { writing in
            var counted: Int?
            if !isCounted {
                let open = try writing.openTrackingFailureCount(limit: limits.maxOpen)
                if open >= limits.maxOpen { throw EngineError.overloaded }
                counted = open
            }
            let found = try writing.trackingFailures(withIDs: Set(failures.map(\.id)))
            var earlier = Dictionary(found.map { ($0.id, $0) }) { $1 }
            var quota = FailureAdmission(limits: limits, known: known)
            for failure in failures {
                let following = earlier[failure.id].map { failure.following($0) }
                if try following == nil && !quota.hasRoom(for: failure, in: writing) { continue }
                try writing.save(following ?? failure)
                earlier[failure.id] = following ?? failure
            }
            return (counted: counted, quota: quota)
        }
        if let counted = kept.counted { failureQuota.found(counted + failures.count, of: limits.maxOpen) }
        failureQuota.note(kept.quota.left, counted: kept.quota.counted)
        for failure in failures {
            let isKept = !kept.quota.refused.contains(failure.id)
            if isKept { metrics.trackingFailure(reason: failure.reason) }
            failed(failure, isKept: isKept, requestID: requestID)
        }
        if !kept.quota.refused.isEmpty {
            metrics.trackingFailure(reason: TrackingFailure.unkeptReason, count: kept.quota.refused.count)
        }
        return kept.quota.refused
    }

    /// How many failures wait, counted no further than `limit`.
    public func openTrackingFailureCount(limit: Int? = nil) async throws -> Int {
        let most = limit ?? failureLimits.maxOpen
        return try await store.read { try $0.openTrackingFailureCount(limit: most) }
    }

    /// Removes failures that were kept long enough: those that were resolved or dismissed, and after a much longer time
    /// those that nobody mended. Does so once an hour at most.
    public func removeOldTrackingFailures() async throws {
        let now = clock.now()
        if !failureTurn.isDue(at: now) { return }
        let limits = failureLimits
        while true {
            let removed = try await store.write { writing in
                try writing.removeTrackingFailures(
                    closedBefore: now.adding(seconds: -limits.closedDays * 86_400),
                    openBefore: now.adding(seconds: -limits.openDays * 86_400), limit: TrackingFailure.removedAtOnce)
            }
            if removed < TrackingFailure.removedAtOnce { return failureTurn.done(at: now) }
        }
    }

    /// Resolves the open failures among those that events would have been kept as, had they failed before. An event
    /// that failed because another one has its id is not the one that is recorded under it, and goes on waiting.
    /// - Parameters:
    ///   - recorded: such failures, and the entries that record the events now.
    ///   - origin: who sent the events.
    public func resolveTrackingFailures(_ recorded: [RecordedEvent], origin: Origin) async throws {
        let events = Dictionary(recorded.map { ($0.failure, $0) }) { first, _ in first }
        let open = try await store.read { reading in
            try reading.trackingFailures(withIDs: Set(events.keys)).filter { events[$0.id]?.resolves($0) == true }
                .map(\.id)
        }
        if open.isEmpty { return }
        let now = clock.now()
        try await store.write { writing in
            for var failure in try writing.trackingFailures(withIDs: Set(open)) {
                guard let event = events[failure.id], event.resolves(failure) else { continue }
                let before = failure
                failure.status = .resolved
                failure.entry = event.entry
                failure.lastAttemptAt = now
                try writing.save(failure, after: before, by: origin, at: now)
            }
        }
    }

    /// The entry that carries an event's name.
    public func entry(for key: IdempotencyKey, of account: AccountID) async throws -> Entry? {
        try await store.read { try $0.entry(for: key, of: account)?.entry }
    }

    /// Failures that match, newest first. What cannot be read is set aside, with a line in the log.
    public func trackingFailures(_ query: TrackingFailureQuery) async throws -> [TrackingFailure] {
        try await trackingFailurePage(query).failures
    }

    /// The same with the ids of the failures that lie among them and cannot be read.
    public func trackingFailurePage(
        _ query: TrackingFailureQuery
    ) async throws -> (failures: [TrackingFailure], damaged: [String]) {
        let page = try await readList(of: "tracking failure") { try $0.trackingFailures(query, setAside: $1) }
        return (page.found, page.damaged)
    }

    /// The failure with an id; `nil` when there is none.
    public func trackingFailure(_ id: String) async throws -> TrackingFailure? {
        try await store.read { try $0.trackingFailure(id) }
    }

    /// Changes what became of a failure. A change of its status is recorded in the audit log.
    /// - Parameters:
    ///   - origin: who changes it, and why.
    ///   - change: what to change of it, as it is in the store.
    /// - Returns: the failure afterwards; `nil` when there is none.
    public func changeTrackingFailure(
        _ id: String, origin: Origin = Origin(), _ change: @escaping @Sendable (inout TrackingFailure) -> Void
    ) async throws -> TrackingFailure? {
        let now = clock.now()
        return try await store.write { writing in
            guard var failure = try writing.trackingFailure(id) else { return nil }
            let before = failure
            change(&failure)
            try writing.save(failure, after: before, by: origin, at: now)
            return failure
        }
    }
}

extension LedgerWriting {
    /// Saves a failure, and a change of its status in the audit log.
    fileprivate func save(
        _ failure: TrackingFailure, after before: TrackingFailure, by origin: Origin, at now: Timestamp
    ) throws {
        try save(failure)
        if failure.status == before.status { return }
        let change = AuditedChange(
            failure.status == .dismissed ? .trackingFailureDismissed : .trackingFailureResolved, subject: failure.id,
            before: AuditValues.trackingFailure(before), after: AuditValues.trackingFailure(failure))
        try audit(change, by: origin, at: now)
    }
}

/// An event that is recorded, and the failure that it was kept as, had it failed before.
public struct RecordedEvent: Sendable, Hashable {
    /// The failure's id.
    public var failure: String
    /// The entry that records the event.
    public var entry: String
    /// What must have been kept of the event, where the failure's id alone does not tell it from others.
    public var event: String?

    /// A recorded event.
    public init(failure: String, entry: String, event: String? = nil) {
        self.failure = failure
        self.entry = entry
        self.event = event
    }

    fileprivate func resolves(_ failure: TrackingFailure) -> Bool {
        failure.mayBeResolved && (event == nil || event == failure.event)
    }
}

/// Decides of each new failure whether its account and its sender have room for it.
private struct FailureAdmission: Sendable {
    let limits: FailureLimits
    /// How many more may be kept of each party.
    private(set) var left: [FailureParty: Int]
    /// The parties whose failures were counted.
    private(set) var counted: Set<FailureParty> = []
    /// The ids of failures that there is no room for.
    private(set) var refused: Set<String> = []

    init(limits: FailureLimits, known: [FailureParty: Int]) {
        self.limits = limits
        left = known
    }

    mutating func hasRoom(for failure: TrackingFailure, in reading: any LedgerReading) throws -> Bool {
        let parties = failure.parties
        for party in parties where left[party, default: 0] == 0 && !counted.contains(party) {
            let most = limits.most(of: party)
            left[party] = max(0, most - (try reading.openTrackingFailureCount(of: party, limit: most)))
            counted.insert(party)
        }
        if parties.contains(where: { left[$0, default: 0] == 0 }) {
            refused.insert(failure.id)
            return false
        }
        for party in parties { left[party, default: 1] -= 1 }
        return true
    }
}

extension TrackingFailure {
    /// The reason under which failures are counted that there was no room for.
    public static let unkeptReason = "too_many_tracking_failures"
    /// How many one transaction removes.
    static let removedAtOnce = 500

    fileprivate var mayBeResolved: Bool {
        status == .open && reason != Rejection.Kind.idempotencyKeyReused.rawValue
    }

    /// The failure of usage that was recorded without a price; `nil` when the entry has one.
    init?(unrated sealed: SealedEntry, of state: AccountState) {
        let entry = sealed.entry
        guard entry.kind.isCharge, entry.rating?.priced == .unrated else { return nil }
        let line = entry.id.text(in: state.tag)
        self.init(
            id: TrackingFailure.id(unratedEntry: line),
            reason: Rejection.Kind.unknownModel.rawValue,
            detail: "The model '\(entry.usage?.model ?? "")' has no price; the usage is recorded and waits for one.",
            eventID: entry.statedKey, account: state.id.rawValue, format: .entry,
            event: String(decoding: sealed.encoded, as: UTF8.self), entry: line, at: entry.recordedAt
        )
    }
}
