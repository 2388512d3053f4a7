import ScripCore
import Synchronization

/// Rings when an account changes whose packs are bought by themselves.
///
/// Only says where to look: an account too many does no harm, and several changes of one account before somebody looks
/// count as one. Accounts beyond ``maxAccounts`` are not listened for; the periodic look finds those.
final class TopUpSignal: Sendable {
    /// How many accounts are listened for at most.
    static let maxAccounts = 100_000

    private struct State {
        var accounts: Set<AccountID> = []
        var changed: Set<AccountID> = []
    }

    private let state = Mutex(State())
    private let signal = CoalescingSignal()

    /// Listens for these accounts and no others.
    func listen(for accounts: Set<AccountID>) {
        state.withLock { state in
            state.accounts = accounts
            state.changed.formIntersection(accounts)
        }
    }

    /// Listens for one account more, and rings for it.
    func listen(forOneMore account: AccountID) {
        state.withLock { state in
            if state.accounts.count < TopUpSignal.maxAccounts { _ = state.accounts.insert(account) }
        }
        changed(CollectionOfOne(account))
    }

    /// Says that accounts may have changed.
    func changed(_ accounts: some Sequence<AccountID>) {
        let hasNews = state.withLock { state in
            if state.accounts.isEmpty { return false }
            let before = state.changed.count
            for account in accounts where state.accounts.contains(account) { state.changed.insert(account) }
            return state.changed.count > before
        }
        if hasNews { signal.ring() }
    }

    /// Waits for accounts that have changed; `nil` once the task is cancelled. One task at a time may wait.
    func next() async -> Set<AccountID>? {
        while !Task.isCancelled {
            let changed = state.withLock { state in
                defer { state.changed = [] }
                return state.changed
            }
            if !changed.isEmpty { return changed }
            if !(await signal.next()) { return nil }
        }
        return nil
    }
}
