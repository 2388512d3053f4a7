import ScripCore
import ScripEngine
import Synchronization

/// An account as the writer keeps it in memory.
struct CachedAccount: Sendable {
    var stored: StoredAccount
    /// Where the entries after the last segment lie.
    var tail: [Int64]
    /// When its row says that it is due.
    var dueAt: Int64?
}

/// Accounts the writer used lately, so that a busy account is not read and decoded again for each batch.
///
/// Only the writer's thread uses it. It is emptied when another process has written, and when a transaction fails.
final class AccountCache: Sendable {
    /// How many accounts are kept at least before the ones that were used longest ago are forgotten.
    static let maxAccounts = 50_000

    private let content = Mutex(GenerationalCache<AccountID, CachedAccount>(generationSize: maxAccounts))

    func account(_ id: AccountID) -> CachedAccount? { content.withLock { $0.value(id) } }

    func put(_ account: CachedAccount) { content.withLock { $0.put(account, for: account.stored.state.id) } }

    /// Forgets everything.
    func discard() {
        content.withLock { $0 = GenerationalCache(generationSize: AccountCache.maxAccounts) }
    }
}
