import Foundation
import ScripEngine

/// A connection that is made when it is needed, and again when it was lost. Only its thread uses it.
final class Session {
    private let address: String
    let breaker: CircuitBreaker
    private let preparation: StatementPreparation
    private var connection: Connection?

    init(address: String, breaker: CircuitBreaker, preparation: StatementPreparation) {
        self.address = address
        self.preparation = preparation
        self.breaker = breaker
    }

    /// The connection, made anew if need be, however often that takes until the deadline.
    /// - Parameter isOutcomeOpen: whether a transaction may have been committed before the connection was lost.
    /// - Throws: ``StoreError`` when the database could not be reached in time.
    func connected(by deadline: ContinuousClock.Instant, isOutcomeOpen: Bool = false) throws -> Connection {
        if let connection { return connection }
        while true {
            if let turn = breaker.turn() {
                try wait(until: turn, by: deadline, isOutcomeOpen: isOutcomeOpen)
                continue
            }
            do {
                let made = try Connection(address, preparation: preparation)
                breaker.succeeded()
                connection = made
                return made
            } catch {
                breaker.failed(error.storeError)
            }
        }
    }

    private func wait(
        until turn: ContinuousClock.Instant, by deadline: ContinuousClock.Instant, isOutcomeOpen: Bool
    ) throws {
        if turn > deadline {
            guard case .unavailable(let reason) = breaker.health else { return }
            throw StoreError(
                reason.code,
                "The database cannot be reached: \(reason).\(Session.advice(isOutcomeOpen: isOutcomeOpen))")
        }
        Session.sleep(min(turn - .now, .milliseconds(50)))
    }

    /// What callers are told who cannot know whether their transaction was committed.
    static func advice(isOutcomeOpen: Bool) -> String {
        isOutcomeOpen ? " Whether it was done is not known; the same idempotency key will tell." : ""
    }

    /// Lets go of the connection.
    func disconnect() {
        connection = nil
    }

    /// Ends a transaction that was left open; a connection on which that fails is let go of.
    func endTransaction() {
        guard let open = connection else { return }
        open.dropNotices()
        if !open.isInTransaction { return }
        do {
            _ = try open.run([Statement("ROLLBACK")])
            if open.isInTransaction { connection = nil }
        } catch {
            connection = nil
        }
    }

    /// Waits on the session's own thread.
    static func sleep(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        Thread.sleep(forTimeInterval: max(0, TimeInterval(seconds) + TimeInterval(attoseconds) * 1e-18))
    }
}
