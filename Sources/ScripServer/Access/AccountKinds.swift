import ScripCore
import ScripEngine
import Synchronization

/// Of which kind accounts are, each for a few seconds at a time, so that a user's request need not ask the database.
final class AccountKinds: Sendable {
    /// How long a kind is believed to be as it was, in seconds; as long as keys are.
    static let lifetimeSeconds: Int64 = 5
    /// How many are remembered; when there are more, all are forgotten, which costs a look-up each.
    static let maxAccounts = 65_536

    private let content = Mutex<[AccountID: (kind: AccountSettings.Kind, at: Timestamp)]>([:])

    /// The kind of an account; `nil` where there is none.
    func kind(of account: AccountID, in engine: Engine) async throws -> AccountSettings.Kind? {
        let now = engine.clock.now()
        if let seen = content.withLock({ $0[account] }), now >= seen.at,
            now < seen.at.adding(seconds: AccountKinds.lifetimeSeconds)
        {
            return seen.kind
        }
        guard let kind = try await engine.store.read({ try $0.account(account) })?.state.settings.kind else {
            return nil
        }
        content.withLock { content in
            if content.count >= AccountKinds.maxAccounts { content = [:] }
            content[account] = (kind, now)
        }
        return kind
    }
}
