import ScripCore
import ScripEngine
import Synchronization

/// What a store remembers of the accounts that it wrote or read last, so that a batch need not wait for the database
/// before it decides.
///
/// Memory is not trusted: each row names the attempt that wrote it, and a transaction that decided from memory is only
/// committed if the database finds the rows as they were remembered. Accounts that other instances write, too, are not
/// unlocked for a while, as that would come to nothing.
final class AccountCache: Sendable {
    /// An account as it was after a committed transaction.
    struct Memory: Sendable {
        var account: StoredAccount
        /// The attempt that wrote the row; see ``BatchMark/batch``.
        var batch: Int64
        /// The attempt that had written it before this store's transaction.
        var expectedBatch: Int64
        /// How many bytes the account takes in the database.
        var size: Int
    }

    private struct Kept {
        var memory: Memory
        /// Halved whenever the account is found as it was left; unlocked at zero.
        var conflictScore: Int
    }

    private struct Content {
        var accounts = GenerationalCache<AccountID, Kept>(generationSize: largestSize / 2)
        var newestCatalog: Int64?
        /// How often accounts were found overtaken of late.
        var conflictCount = 0

        /// How much an account is doubted. One that is new here is not, unless more than a ninth of the others are
        /// found overtaken: then several instances share the accounts evenly.
        mutating func conflictScore(of memory: Memory, after earlier: Kept?) -> Int {
            guard let earlier else { return conflictCount == 0 ? 0 : AccountCache.scoreOfConflict }
            if earlier.memory.batch == memory.expectedBatch {
                conflictCount = max(0, conflictCount - 1)
                return earlier.conflictScore / 2
            }
            conflictCount = min(AccountCache.maxConflictCount, conflictCount + 8)
            return AccountCache.scoreOfConflict
        }
    }

    /// How many bytes the accounts that are remembered may take in the database.
    static let largestSize = 32 << 20

    private static let scoreOfConflict = 8
    private static let maxConflictCount = 64

    private let content = Mutex(Content())

    /// The accounts that are worth deciding from, and the number of the newest catalog's version that was heard of.
    func recall(_ ids: [AccountID]) -> (accounts: [AccountID: Memory], newestCatalog: Int64?) {
        content.withLock { content in
            var accounts: [AccountID: Memory] = [:]
            for id in ids {
                if let kept = content.accounts.peek(id), kept.conflictScore == 0 { accounts[id] = kept.memory }
            }
            return (accounts, content.newestCatalog)
        }
    }

    /// Remembers what a committed transaction left.
    func remember(_ memories: [AccountID: Memory], newestCatalog: Int64?) {
        content.withLock { content in
            if let newestCatalog { content.newestCatalog = max(newestCatalog, content.newestCatalog ?? 0) }
            for (id, memory) in memories {
                let conflictScore = content.conflictScore(of: memory, after: content.accounts.peek(id))
                content.accounts.put(Kept(memory: memory, conflictScore: conflictScore), for: id, size: memory.size)
            }
        }
    }
}
