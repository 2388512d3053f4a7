import ScripEngine

/// How often a transaction was tried, and whether it may be tried again.
struct RetryBudget {
    /// Until when it may be tried again.
    let deadline: ContinuousClock.Instant
    private var conflicts = 0
    private var losses = 0

    init(until deadline: ContinuousClock.Instant) {
        self.deadline = deadline
    }

    /// Makes the session ready for another attempt, after a while.
    /// - Parameter isOutcomeOpen: whether a transaction may have been committed before the connection was lost.
    /// - Throws: ``StoreError`` when another attempt would not help.
    mutating func recover(
        from failure: PostgresFailure, in session: Session, isOutcomeOpen: Bool = false
    ) throws {
        switch failure.kind {
        case .lost:
            session.disconnect()
            losses += 1
            // The first connection may have been lost long ago. Behind a pooler a new one may be made, again and again,
            // although the database is away.
            if losses == 1 { return }
            if ContinuousClock.now > deadline {
                let advice = Session.advice(isOutcomeOpen: isOutcomeOpen)
                throw StoreError(failure.storeError.code, "\(failure.storeError.description).\(advice)")
            }
            Session.sleep(.milliseconds(Int.random(in: 0...(20 << min(losses, 5)))))
        case .conflict:
            session.endTransaction()
            conflicts += 1
            if ContinuousClock.now > deadline { throw failure.storeError }
            Session.sleep(.microseconds(Int.random(in: 0...(500 << min(conflicts, 9)))))
        case .refused:
            session.endTransaction()
            throw failure.storeError
        }
    }
}
