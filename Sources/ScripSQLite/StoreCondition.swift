import ScripEngine
import Synchronization

/// How the database is, as all transactions of a store together know it.
final class StoreCondition: Sendable {
    private struct Content {
        var loss: StoreError?
        var failure: StoreError?
        var lastTrial: ContinuousClock.Instant?
    }

    private let content = Mutex(Content())

    /// Why the database is not used again; `nil` while it is.
    var loss: StoreError? { content.withLock { $0.loss } }

    var health: StoreHealth {
        content.withLock { ($0.loss ?? $0.failure).map { .unavailable($0) } ?? .available }
    }

    /// Notes what a write came to.
    func wrote() { content.withLock { $0.failure = nil } }

    /// Notes why something failed. A loss is for ever; what a disk or rights do not let through lasts until a write
    /// succeeds.
    func failed(_ error: StoreError, writing: Bool) {
        content.withLock { content in
            if error.code == .filesLost {
                content.loss = content.loss ?? error
            } else if writing && error.code.refusesWrites {
                content.failure = error
            }
        }
    }

    /// Whether a write may be tried to see if it succeeds: once a second.
    func mayTry() -> Bool {
        let now = ContinuousClock.now
        return content.withLock { content in
            if let last = content.lastTrial, now - last < .seconds(1) { return false }
            content.lastTrial = now
            return true
        }
    }
}
