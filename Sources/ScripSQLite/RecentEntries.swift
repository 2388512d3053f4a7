import Algorithms
import ScripCore
import Synchronization

/// Where the latest entries of all journals lie, kept in memory because the database's own tables learn it later.
///
/// It holds the entries of a stretch of positions without gaps. The writer adds entries before they are committed; who
/// reads names the last position that its picture of the database has, and is given nothing beyond.
final class RecentEntries: Sendable {
    /// Entries that were added one after the other and are forgotten together.
    private struct Generation {
        var lines: [AccountID: [EntryPlace]] = [:]
        var keys: [KeyDigest: Int64] = [:]
        /// Entries whose key's digest is in ``keys`` already.
        var doubles: [(KeyDigest, Int64)] = []
        var count = 0

        func find(_ key: KeyDigest, through top: Int64, into found: inout [Int64]) {
            guard let position = keys[key] else { return }
            found += ([position] + doubles.filter { $0.0 == key }.map(\.1)).filter { $0 <= top }
        }
    }

    private struct Content {
        var older = Generation()
        var younger = Generation()
        /// The last position before the first entry known; `nil` when nothing is known.
        var floor: Int64?
        /// The last position of ``older``.
        var boundary: Int64 = 0
        /// The last position known.
        var top: Int64 = 0
    }

    private let content = Mutex(Content())

    /// The last position known, when the stretch reaches down to `floor`.
    func top(downTo floor: Int64) -> Int64? {
        content.withLock { content in
            guard let lowest = content.floor, lowest <= floor else { return nil }
            return content.top
        }
    }

    /// The last position before the first entry known.
    var lowest: Int64 { content.withLock { $0.floor ?? 0 } }

    /// The last position known.
    var highest: Int64 { content.withLock { $0.top } }

    /// Begins anew after a position, or with nothing known.
    func reset(floor: Int64?) {
        content.withLock { content in
            content = Content()
            content.floor = floor
            content.top = floor ?? 0
            content.boundary = content.top
        }
    }

    /// Adds an entry, unless it is known already.
    func add(_ placed: PlacedEntry) {
        content.withLock { content in
            guard content.floor != nil, placed.line.position == content.top + 1 else { return }
            content.top = placed.line.position
            content.younger.count += 1
            content.younger.lines[placed.account, default: []].append(placed.line)
            guard let key = placed.key else { return }
            if content.younger.keys[key] == nil {
                content.younger.keys[key] = placed.line.position
            } else {
                content.younger.doubles.append((key, placed.line.position))
            }
        }
    }

    /// Entries of an account with greater numbers, in order, or `nil` when the stretch does not reach.
    func lines(of account: AccountID, after seq: Int64, from floor: Int64, through top: Int64) -> [EntryPlace]? {
        content.withLock { content in
            guard let lowest = content.floor, lowest <= floor, content.top >= top else { return nil }
            var found: [EntryPlace] = []
            for generation in [content.older, content.younger] {
                guard let lines = generation.lines[account] else { continue }
                let start = lines.partitioningIndex { $0.seq > seq }
                found += lines[start...].prefix { $0.position <= top }
            }
            return found
        }
    }

    /// Positions of entries whose key has a digest, or `nil` when the stretch does not reach.
    func positions(of key: KeyDigest, from floor: Int64, through top: Int64) -> [Int64]? {
        content.withLock { content in
            guard let lowest = content.floor, lowest <= floor, content.top >= top else { return nil }
            var found: [Int64] = []
            content.older.find(key, through: top, into: &found)
            content.younger.find(key, through: top, into: &found)
            return found
        }
    }

    /// Forgets the older entries when the database's tables have them all, and enough younger ones are there.
    func forget(flushedThrough flushed: Int64, keeping window: Int64) {
        let forgotten = content.withLock { content -> Generation? in
            guard content.floor != nil, content.boundary <= flushed, content.younger.count >= window else { return nil }
            let forgotten = content.older
            content.older = content.younger
            content.younger = Generation()
            content.floor = content.boundary
            content.boundary = content.top
            return forgotten
        }
        // Letting go of so many entries takes a while; nobody needs to wait for it.
        if let forgotten { Task.detached { _ = forgotten } }
    }
}
