import ScripEngine
import Synchronization

/// Why the server takes no writes although it answers, such as a full disk.
final class WriteRefusal: Sendable {
    private struct Content {
        var error: StoreError?
        var lastTrial: ContinuousClock.Instant?
    }

    private let content = Mutex(Content())

    var health: StoreHealth { content.withLock { $0.error.map { .unavailable($0) } ?? .available } }

    /// Notes that something was written.
    func wrote() { content.withLock { $0.error = nil } }

    /// Whether a write may be tried to see if it succeeds: once a second.
    func mayTry() -> Bool {
        let now = ContinuousClock.now
        return content.withLock { content in
            if let last = content.lastTrial, now - last < .seconds(1) { return false }
            content.lastTrial = now
            return true
        }
    }

    /// Notes whether what a body writes is refused.
    func noting<R>(_ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let error as StoreError {
            if error.code.refusesWrites { content.withLock { $0.error = error } }
            throw error
        }
    }
}
