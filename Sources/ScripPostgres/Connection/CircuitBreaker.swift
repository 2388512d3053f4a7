import ScripEngine
import Synchronization

/// What all connections of a store together know: whether the database can be reached, and when to try again.
final class CircuitBreaker: Sendable {
    private struct Content {
        var downSince: ContinuousClock.Instant?
        var reason = StoreError(.unreachable, "")
        var failures = 0
        var nextAttempt: ContinuousClock.Instant?
    }

    /// For how long a call waits for a database that went away before it fails.
    let patience: Duration
    private let content = Mutex(Content())

    init(patience: Duration) {
        self.patience = patience
    }

    /// How the database is, without asking it.
    var health: StoreHealth {
        content.withLock { $0.downSince == nil ? .available : .unavailable($0.reason) }
    }

    /// Until when a call that begins now may wait: one that begins long after the database went away does not wait.
    func deadline() -> ContinuousClock.Instant {
        let now = ContinuousClock.now
        return content.withLock { content in
            guard let downSince = content.downSince, downSince + patience < now else { return now + patience }
            return now
        }
    }

    /// When somebody may try to connect: `nil` for at once. Whoever is told so is the only one for a while.
    func turn() -> ContinuousClock.Instant? {
        let now = ContinuousClock.now
        return content.withLock { content in
            if content.downSince == nil { return nil }
            if let next = content.nextAttempt, next > now { return next }
            content.nextAttempt = now + CircuitBreaker.backOff(content.failures)
            return nil
        }
    }

    func succeeded() {
        content.withLock { $0 = Content() }
    }

    func failed(_ reason: StoreError) {
        let now = ContinuousClock.now
        content.withLock { content in
            content.downSince = content.downSince ?? now
            content.reason = reason
            content.failures += 1
            content.nextAttempt = now + CircuitBreaker.backOff(content.failures)
        }
    }

    private static func backOff(_ failures: Int) -> Duration {
        let most = min(2_000, 20 << min(failures, 7))
        return .milliseconds(Int.random(in: most / 2...most))
    }
}
