import ScripCore
import Synchronization

/// The signing keys in memory, so that a request need not ask the database.
final class SigningKeyRing: Sendable {
    /// For how long what was read is believed, in seconds: so long does an instance go on with a key that was retired.
    static let freshSeconds: Int64 = 60

    private struct Content {
        var keys: [SigningKey] = []
        var readAt: Timestamp?
        var askedAt = Timestamp.earliest
    }

    private let content = Mutex(Content())

    /// The keys, oldest first; `nil` when they were read too long ago.
    func keys(at now: Timestamp) -> [SigningKey]? {
        content.withLock { content in
            guard let readAt = content.readAt else { return nil }
            return SigningKeyRing.isWithin(SigningKeyRing.freshSeconds, of: readAt, now) ? content.keys : nil
        }
    }

    func replace(with keys: [SigningKey], readAt now: Timestamp) {
        content.withLock { ($0.keys, $0.readAt) = (keys, now) }
    }

    /// Whether the database may be asked for a key that is not here: once a second.
    func mayAsk(at now: Timestamp) -> Bool {
        content.withLock { content in
            if SigningKeyRing.isWithin(1, of: content.askedAt, now) { return false }
            content.askedAt = now
            return true
        }
    }

    /// Whether two moments are less than so many seconds apart, whichever comes first.
    private static func isWithin(_ seconds: Int64, of earlier: Timestamp, _ later: Timestamp) -> Bool {
        later < earlier.adding(seconds: seconds) && earlier < later.adding(seconds: seconds)
    }
}
