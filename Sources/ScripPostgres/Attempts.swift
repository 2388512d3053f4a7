import ScripEngine

/// How often a transaction was tried, and whether it may be tried again.
struct Attempts {
    /// Until when it may be tried again.
    let deadline: ContinuousClock.Instant
    private var conflicts = 0

    init(until deadline: ContinuousClock.Instant) {
        self.deadline = deadline
    }

    /// Makes the session ready for another attempt, after a while.
    /// - Throws: ``StoreError`` when another attempt would not help.
    mutating func recover(from failure: PostgresFailure, in session: Session) throws {
        switch failure.kind {
        case .lost: session.disconnect()
        case .conflict:
            session.settle()
            conflicts += 1
            if ContinuousClock.now > deadline { throw failure.storeError }
            Session.sleep(.microseconds(Int.random(in: 0...(500 << min(conflicts, 9)))))
        case .refused:
            session.settle()
            throw failure.storeError
        }
    }
}
