import ScripCore
import Synchronization

/// The API keys in memory, each for a few seconds at a time, so that a request need not ask the database.
///
/// A key that is not in memory is looked up once, however many ask for it. A flood of wrong secrets reaches
/// the database seldom: that there is no such key is remembered for a while, and no more than a few hundred keys that
/// were never seen are looked up in a second.
final class KeyRing: Sendable {
    /// How long a key is believed to be as it was.
    static let lifetimeMicroseconds: Int64 = 5_000_000
    /// How long it is believed that there is no such key.
    static let missLifetimeMicroseconds: Int64 = 1_000_000
    /// How many keys that are not there are remembered.
    static let maxMisses = 4_096
    /// How many keys that were never seen are looked up in a second.
    static let maxLookupsPerSecond = 500

    private typealias Lookup = Task<StoredKey?, any Error>

    private struct Seen {
        var key: StoredKey
        var at: Timestamp
    }

    private struct Content {
        var keys: [Digest: Seen] = [:]
        var misses: [Digest: Timestamp] = [:]
        var lookups: [Digest: Lookup] = [:]
        var second: Int64 = 0
        var lookupsInSecond = 0
        /// How often something was forgotten: what was read before that may be out of date.
        var forgettings = 0

        /// Whether one more key that was never seen may be looked up.
        mutating func mayLookUp(at now: Timestamp) -> Bool {
            let current = now.microseconds / 1_000_000
            if current != second { (second, lookupsInSecond) = (current, 0) }
            lookupsInSecond += 1
            return lookupsInSecond <= KeyRing.maxLookupsPerSecond
        }

        mutating func remember(_ key: StoredKey?, for digest: Digest, at now: Timestamp) {
            keys[digest] = key.map { Seen(key: $0, at: now) }
            if key != nil { return }
            if misses.count >= KeyRing.maxMisses { misses.removeAll(keepingCapacity: true) }
            misses[digest] = now
        }
    }

    private enum Finding {
        case known(StoredKey?)
        case asked(Lookup)
    }

    private let content = Mutex(Content())

    /// The key with a digest; `nil` when there is none.
    /// - Throws: ``EngineError/overloaded`` amid a flood of keys that were never seen, or what `lookUp` throws.
    func key(
        for digest: Digest, at now: Timestamp, lookUp: @escaping @Sendable () async throws -> StoredKey?
    ) async throws -> StoredKey? {
        let finding = try content.withLock { content -> Finding in
            let seen = content.keys[digest]
            if let seen, KeyRing.isFresh(seen.at, at: now, for: KeyRing.lifetimeMicroseconds) {
                return .known(seen.key)
            }
            if let missed = content.misses[digest],
                KeyRing.isFresh(missed, at: now, for: KeyRing.missLifetimeMicroseconds)
            {
                return .known(nil)
            }
            if let running = content.lookups[digest] { return .asked(running) }
            if seen == nil && !content.mayLookUp(at: now) { throw EngineError.overloaded }
            let forgettings = content.forgettings
            let lookup = Lookup { [self] in
                let found = await Result { try await lookUp() }
                self.content.withLock { content in
                    content.lookups[digest] = nil
                    guard case .success(let key) = found, content.forgettings == forgettings else { return }
                    content.remember(key, for: digest, at: now)
                }
                return try found.get()
            }
            content.lookups[digest] = lookup
            return .asked(lookup)
        }
        switch finding {
        case .known(let key): return key
        case .asked(let lookup): return try await lookup.value
        }
    }

    /// Makes a key be looked up again.
    func forget(_ digest: Digest) {
        content.withLock { content in
            content.keys[digest] = nil
            content.misses[digest] = nil
            content.lookups[digest] = nil
            content.forgettings += 1
        }
    }

    private static func isFresh(_ moment: Timestamp, at now: Timestamp, for microseconds: Int64) -> Bool {
        now.microseconds(since: moment).magnitude < UInt64(max(0, microseconds))
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
