import ScripCore
import ScripEngine
import Synchronization

/// An account as the writer keeps it in memory.
struct CachedAccount: Sendable {
    var stored: StoredAccount
    /// Where the lines after the last segment lie.
    var tail: [Int64]
    /// When its row says that it is due.
    var dueAt: Int64?
}

/// Accounts the writer used lately, so that a busy account is not read and decoded again for each batch.
///
/// Only the writer's thread uses it. It is emptied when another process has written, and when a transaction fails.
final class AccountCache: Sendable {
    /// How many accounts are kept at least before the ones that were used longest ago are forgotten.
    static let mostAccounts = 50_000

    private struct Content {
        var younger: [AccountID: CachedAccount] = [:]
        var older: [AccountID: CachedAccount] = [:]
    }

    private let content = Mutex(Content())

    func account(_ id: AccountID) -> CachedAccount? {
        content.withLock { content in
            if let known = content.younger[id] { return known }
            guard let known = content.older.removeValue(forKey: id) else { return nil }
            content.younger[id] = known
            return known
        }
    }

    func put(_ account: CachedAccount) {
        content.withLock { content in
            content.younger[account.stored.state.id] = account
            if content.younger.count >= AccountCache.mostAccounts {
                content.older = content.younger
                content.younger = [:]
            }
        }
    }

    /// Forgets everything.
    func discard() {
        content.withLock { $0 = Content() }
    }
}
