import DequeModule
import ScripCore
import Synchronization

/// What the writer still owes the database's tables: accounts whose rows are behind their journals, and keys that are
/// not in the index yet. It is paid back steadily, the oldest first, so that no commit has to wait for much of it.
///
/// Only the writer's thread uses it.
final class Backlog: Sendable {
    /// How many parts the keys are divided into; a part is written at once, in order of its keys.
    static let partCount = 64

    struct Key: Sendable {
        var digest: KeyDigest
        var position: Int64
    }

    private struct Content {
        var queue: Deque<(account: AccountID, since: Int64)> = []
        var since: [AccountID: Int64] = [:]
        var parts: [[Key]] = Array(repeating: [], count: partCount)
        var nextPart = 0
        var keysTaken = 0
        var keysAdded = 0
        /// The last position that was looked at.
        var top: Int64?
        /// Up to where entries may be that another process wrote.
        var inherited: Int64 = 0
    }

    private let content = Mutex(Content())

    /// The last position that was looked at; `nil` after a reset.
    var top: Int64? { content.withLock { $0.top } }

    /// Whether some of it was left by another process.
    func hasInherited(after flushed: Int64) -> Bool { content.withLock { $0.inherited > flushed } }

    /// Begins anew after a position, or with nothing known.
    func reset(top: Int64?) {
        content.withLock { content in
            content = Content()
            content.top = top
        }
    }

    /// Notes an entry, whose account's row and key are not written yet.
    func add(_ placed: PlacedEntry, isInherited: Bool) {
        content.withLock { content in
            let position = placed.line.position
            content.top = position
            if isInherited { content.inherited = position }
            if content.since[placed.account] == nil {
                content.since[placed.account] = position
                content.queue.append((placed.account, position))
            }
            if let digest = placed.key {
                let part = Int(truncatingIfNeeded: UInt64(bitPattern: digest.bits) >> 58)
                content.parts[part].append(Key(digest: digest, position: position))
                content.keysAdded += 1
            }
        }
    }

    /// Notes that an account's row is up to date.
    func flushed(_ account: AccountID) {
        _ = content.withLock { $0.since.removeValue(forKey: account) }
    }

    /// The account that has waited longest, if it has since a position or before.
    func nextAccount(waitingSince latest: Int64) -> AccountID? {
        content.withLock { content in
            while let (account, since) = content.queue.first {
                let isCurrent = content.since[account] == since
                if isCurrent && since > latest { break }
                content.queue.removeFirst()
                if isCurrent {
                    content.since[account] = nil
                    return account
                }
            }
            return nil
        }
    }

    /// A part of the keys in order, if more than `most` wait.
    func nextKeys(ifMoreThan most: Int) -> [Key]? {
        content.withLock { content in
            let waiting = content.keysAdded - content.keysTaken
            if waiting == 0 || waiting <= most { return nil }
            let part = content.nextPart
            content.nextPart = (part + 1) % Backlog.partCount
            let keys = content.parts[part]
            content.parts[part] = []
            content.keysTaken += keys.count
            return keys.sorted { ($0.digest, $0.position) < ($1.digest, $1.position) }
        }
    }

    /// The last position up to which everything is written.
    func flushedThrough() -> Int64 {
        content.withLock { content in
            var floor = content.top ?? 0
            for (account, since) in content.queue where content.since[account] == since {
                floor = min(floor, since - 1)
                break
            }
            for part in content.parts {
                if let first = part.first { floor = min(floor, first.position - 1) }
            }
            return floor
        }
    }
}
