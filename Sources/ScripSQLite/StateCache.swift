import GRDB
import ScripCore
import ScripEngine
import Synchronization

/// Accounts the writer used lately, so that a busy account is not read and decoded again for each batch.
///
/// Only the writer's thread uses it. It is emptied when another process has written, and when a transaction fails.
final class StateCache: Sendable {
    private static let mostAccounts = 50_000

    private struct Content {
        var dataVersion: Int64 = -1
        var accounts: [AccountID: StoredAccount] = [:]
        var changed: [AccountID: StoredAccount] = [:]
    }

    private let content = Mutex(Content())

    /// Forgets everything when another connection changed the database since the last transaction.
    func refresh(in database: Database) throws {
        let version = try Int64.fetchOne(database, sql: "PRAGMA data_version") ?? -1
        content.withLock { content in
            content.changed = [:]
            if content.dataVersion != version || content.accounts.count > StateCache.mostAccounts {
                content.accounts = [:]
                content.dataVersion = version
            }
        }
    }

    func account(_ id: AccountID) -> StoredAccount? {
        content.withLock { $0.changed[id] ?? $0.accounts[id] }
    }

    func put(_ account: StoredAccount) {
        content.withLock { $0.changed[account.state.id] = account }
    }

    /// Keeps what the transaction changed, which is about to be committed.
    func keep() {
        content.withLock { content in
            content.accounts.merge(content.changed) { $1 }
            content.changed = [:]
        }
    }

    /// Forgets everything, because the transaction failed.
    func discard() {
        content.withLock { $0 = Content() }
    }
}
