import ScripCore
import ScripEngine
import Synchronization

/// What a store remembers of the accounts that it wrote or read last, so that a batch need not wait for the database
/// before it decides.
///
/// Nothing is believed: each row names the attempt that wrote it, and a transaction that decided from memory is only
/// committed if the database finds the rows as they were remembered. Accounts that other instances write, too, are not
/// recalled for a while, as that would come to nothing.
final class Recollection: Sendable {
    /// An account as it was after a committed transaction.
    struct Memory: Sendable {
        var account: StoredAccount
        /// The attempt that wrote the row; see ``BatchMark/batch``.
        var batch: Int64
        /// The attempt that had written it before this store's transaction.
        var basis: Int64
        /// How many bytes the account takes in the database.
        var size: Int
    }

    private struct Kept {
        var memory: Memory
        /// Halved whenever the account is found as it was left; recalled at zero.
        var doubt: Int
    }

    private struct Content {
        var accounts = GenerationalCache<AccountID, Kept>(generationSize: largestSize / 2)
        var newestCatalog: Int64?
        /// How often accounts were found overtaken of late.
        var disturbance = 0

        /// How much an account is doubted. One that is new here is not, unless more than a ninth of the others are
        /// found overtaken: then several instances share the accounts evenly.
        mutating func doubt(of memory: Memory, after earlier: Kept?) -> Int {
            guard let earlier else { return disturbance == 0 ? 0 : Recollection.doubtOfOvertaken }
            if earlier.memory.batch == memory.basis {
                disturbance = max(0, disturbance - 1)
                return earlier.doubt / 2
            }
            disturbance = min(Recollection.largestDisturbance, disturbance + 8)
            return Recollection.doubtOfOvertaken
        }
    }

    /// How many bytes the accounts that are remembered may take in the database.
    static let largestSize = 32 << 20

    private static let doubtOfOvertaken = 8
    private static let largestDisturbance = 64

    private let content = Mutex(Content())

    /// The accounts that are worth deciding from, and the number of the newest catalog's version that was heard of.
    func recall(_ ids: [AccountID]) -> (accounts: [AccountID: Memory], newestCatalog: Int64?) {
        content.withLock { content in
            var accounts: [AccountID: Memory] = [:]
            for id in ids {
                if let kept = content.accounts.peek(id), kept.doubt == 0 { accounts[id] = kept.memory }
            }
            return (accounts, content.newestCatalog)
        }
    }

    /// Remembers what a committed transaction left.
    func remember(_ memories: [AccountID: Memory], newestCatalog: Int64?) {
        content.withLock { content in
            if let newestCatalog { content.newestCatalog = max(newestCatalog, content.newestCatalog ?? 0) }
            for (id, memory) in memories {
                let doubt = content.doubt(of: memory, after: content.accounts.peek(id))
                content.accounts.put(Kept(memory: memory, doubt: doubt), for: id, size: memory.size)
            }
        }
    }
}
