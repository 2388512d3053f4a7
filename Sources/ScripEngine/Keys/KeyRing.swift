import ScripCore
import Synchronization

/// The API keys in memory, for a few seconds at a time, so that a request need not ask the database.
///
/// A key that is not there makes the keys be read again at once, but not more often than a few times a second, so that
/// a flood of wrong secrets reaches the database seldom.
final class KeyRing: Sendable {
    private static let lifetimeMicroseconds: Int64 = 5_000_000
    private static let pauseMicroseconds: Int64 = 200_000

    private struct Content {
        var keys: [Hash: StoredKey] = [:]
        var loadedAt: Timestamp?
    }

    private let content = Mutex(Content())

    func key(for digest: Hash, at now: Timestamp) -> StoredKey? {
        content.withLock { content in
            guard let loadedAt = content.loadedAt,
                now.microseconds - loadedAt.microseconds < KeyRing.lifetimeMicroseconds
            else { return nil }
            return content.keys[digest]
        }
    }

    func mayReload(at now: Timestamp) -> Bool {
        content.withLock { content in
            guard let loadedAt = content.loadedAt else { return true }
            return abs(now.microseconds - loadedAt.microseconds) >= KeyRing.pauseMicroseconds
        }
    }

    func replace(with keys: [StoredKey], at now: Timestamp) {
        content.withLock { content in
            content.keys = Dictionary(keys.map { ($0.digest, $0) }, uniquingKeysWith: { _, last in last })
            content.loadedAt = now
        }
    }

    func forget() {
        content.withLock { $0 = Content() }
    }
}
