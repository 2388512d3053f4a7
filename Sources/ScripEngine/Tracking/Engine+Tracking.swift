import ScripCore

extension Engine {
    /// How many failures may wait; beyond it senders are told to come again.
    public static let mostOpenTrackingFailures = 1_000_000

    /// Keeps usage that could not be recorded.
    /// - Throws: ``EngineError/overloaded`` when too many failures wait already.
    public func keep(_ failures: [TrackingFailure]) async throws {
        if failures.isEmpty { return }
        let isCounted = failureRoom.take(failures.count)
        let counted = try await store.write { writing in
            var counted: Int?
            if !isCounted {
                let most = Engine.mostOpenTrackingFailures
                let open = try writing.openTrackingFailureCount(limit: most)
                if open >= most { throw EngineError.overloaded }
                counted = open
            }
            let found = try writing.trackingFailures(withIDs: Set(failures.map(\.id)))
            var earlier = Dictionary(found.map { ($0.id, $0) }) { $1 }
            for failure in failures {
                let following = earlier[failure.id].map { failure.following($0) } ?? failure
                try writing.save(following)
                earlier[failure.id] = following
            }
            return counted
        }
        if let counted { failureRoom.found(counted + failures.count, of: Engine.mostOpenTrackingFailures) }
        for failure in failures { metrics.trackingFailure(reason: failure.reason) }
    }

    /// How many failures wait, counted no further than `limit`.
    public func openTrackingFailureCount(limit: Int = mostOpenTrackingFailures) async throws -> Int {
        try await store.read { try $0.openTrackingFailureCount(limit: limit) }
    }

    /// Resolves the open failures among those that events would have been kept as, had they failed before. An event
    /// that failed because another one has its id is not the one that is recorded under it, and goes on waiting.
    /// - Parameters:
    ///   - recorded: the ids of such failures, and the lines that record the events now.
    ///   - origin: who sent the events.
    public func resolveTrackingFailures(
        _ recorded: [(failure: String, entry: String)], origin: Origin
    ) async throws {
        let entries = Dictionary(recorded.map { ($0.failure, $0.entry) }) { first, _ in first }
        let open = try await store.read { reading in
            try reading.trackingFailures(withIDs: Set(entries.keys)).filter(\.mayBeResolved).map(\.id)
        }
        if open.isEmpty { return }
        let now = clock.now()
        try await store.write { writing in
            for var failure in try writing.trackingFailures(withIDs: Set(open)) where failure.mayBeResolved {
                let before = failure
                failure.status = .resolved
                failure.entry = entries[failure.id]
                failure.lastAttemptAt = now
                try writing.save(failure, after: before, by: origin, at: now)
            }
        }
    }

    /// Failures that match, newest first.
    public func trackingFailures(_ query: TrackingFailureQuery) async throws -> [TrackingFailure] {
        try await store.read { try $0.trackingFailures(query) }
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

extension TrackingFailure {
    fileprivate var mayBeResolved: Bool {
        status == .open && reason != Rejection.Kind.idempotencyKeyReused.rawValue
    }

    /// The failure of usage that was recorded without a price; `nil` when the line has one.
    init?(unrated sealed: SealedEntry, of state: AccountState) {
        let entry = sealed.entry
        guard entry.kind.isCharge, entry.rating?.priced == .unrated else { return nil }
        let line = entry.id.text(in: state.tag)
        self.init(
            id: TrackingFailure.id(unratedLine: line),
            reason: Rejection.Kind.unknownModel.rawValue,
            detail: "The model '\(entry.usage?.model ?? "")' has no price; the usage is recorded and waits for one.",
            eventID: entry.statedKey, account: state.id.rawValue, format: .entry,
            event: String(decoding: sealed.encoded, as: UTF8.self), entry: line, at: entry.recordedAt
        )
    }
}
