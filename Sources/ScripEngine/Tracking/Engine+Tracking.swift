import ScripCore

extension Engine {
    /// How many failures may wait; beyond it senders are told to come again.
    public static let mostOpenTrackingFailures = 1_000_000

    /// Keeps usage that could not be recorded.
    /// - Throws: ``EngineError/overloaded`` when too many failures wait already.
    public func keep(_ failures: [TrackingFailure]) async throws {
        if failures.isEmpty { return }
        try await store.write { writing in
            if try writing.openTrackingFailureCount(limit: Engine.mostOpenTrackingFailures)
                >= Engine.mostOpenTrackingFailures
            {
                throw EngineError.overloaded
            }
            for failure in failures {
                let earlier = try writing.trackingFailure(failure.id)
                try writing.save(earlier.map { failure.following($0) } ?? failure)
            }
        }
        for failure in failures { metrics.trackingFailure(reason: failure.reason) }
    }

    /// How many failures wait, counted no further than ``mostOpenTrackingFailures``.
    public func openTrackingFailureCount() async throws -> Int {
        try await store.read { try $0.openTrackingFailureCount(limit: Engine.mostOpenTrackingFailures) }
    }

    /// Resolves the open failures among those that events would have been kept as, had they failed before.
    /// - Parameter recorded: the ids of such failures, and the lines that record the events now.
    public func resolveTrackingFailures(_ recorded: [(failure: String, entry: String)]) async throws {
        if recorded.isEmpty { return }
        let open = try await store.read { reading in
            if try reading.openTrackingFailureCount(limit: 1) == 0 { return [(failure: String, entry: String)]() }
            return try recorded.filter { try reading.trackingFailure($0.failure)?.status == .open }
        }
        let now = clock.now()
        for (id, entry) in open {
            _ = try await changeTrackingFailure(id) { failure in
                failure.status = .resolved
                failure.entry = entry
                failure.lastAttemptAt = now
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

    /// Changes what became of a failure.
    /// - Parameter change: what to change of it, as it is in the store.
    /// - Returns: the failure afterwards; `nil` when there is none.
    public func changeTrackingFailure(
        _ id: String, _ change: @escaping @Sendable (inout TrackingFailure) -> Void
    ) async throws -> TrackingFailure? {
        try await store.write { writing in
            guard var failure = try writing.trackingFailure(id) else { return nil }
            change(&failure)
            try writing.save(failure)
            return failure
        }
    }
}

extension TrackingFailure {
    /// The failure of usage that was recorded without a price; `nil` when the line has one.
    init?(unrated sealed: SealedEntry, of state: AccountState) {
        let entry = sealed.entry
        guard entry.kind.isCharge, entry.rating?.priced == .unrated else { return nil }
        let line = entry.id.text(in: state.tag)
        self.init(
            id: TrackingFailure.id(eventID: line, account: nil, event: ""),
            reason: Rejection.Kind.unknownModel.rawValue,
            detail: "The model '\(entry.usage?.model ?? "")' has no price; the usage is recorded and waits for one.",
            eventID: entry.idempotencyKey?.rawValue, account: state.id.rawValue, format: .entry,
            event: String(decoding: sealed.encoded, as: UTF8.self), entry: line, at: entry.recordedAt
        )
    }
}
