import ScripCore
import Synchronization

/// When keys were last used, in memory until it is written down.
final class KeyUses: Sendable {
    /// How long a use waits before it is written down, in seconds.
    static let intervalSeconds: Int64 = 60

    private struct Content {
        var latest: [String: Timestamp] = [:]
        var isChanged: Set<String> = []
        var takenAt: Timestamp?
    }

    private let content = Mutex(Content())

    func note(_ id: String, at now: Timestamp) {
        content.withLock { content in
            if content.latest[id] == now { return }
            content.latest[id] = now
            content.isChanged.insert(id)
        }
    }

    /// What is to be written down; nothing when that was done less than a minute ago.
    func take(at now: Timestamp) -> [String: Timestamp] {
        content.withLock { content in
            if let takenAt = content.takenAt, now < takenAt.adding(seconds: KeyUses.intervalSeconds) { return [:] }
            content.takenAt = now
            defer { content.isChanged = [] }
            return content.latest.filter { content.isChanged.contains($0.key) }
        }
    }

    /// A key with its latest use, if that was here.
    func noted(in key: StoredKey) -> StoredKey {
        guard let used = content.withLock({ $0.latest[key.id] }), used > key.lastUsedAt ?? .earliest else {
            return key
        }
        var noted = key
        noted.lastUsedAt = used
        return noted
    }
}
