import ScripCore
import ScripJSON

/// The result of opening or changing an account.
public struct PutAccountOutcome: Sendable, Hashable {
    /// The account after it.
    public var snapshot: AccountSnapshot
    /// Whether it was opened, rather than changed.
    public var wasOpened: Bool
    /// Whether an earlier command of the same name was answered again.
    public var isRepeat: Bool
}

extension Engine {
    /// Opens an account or changes its settings, plan and profile, all in one transaction. Doing the same again changes
    /// nothing, and a repetition under the same key leaves alone what was changed since.
    /// - Throws: a ``Rejection``.
    public func put(
        account id: AccountID, change: AccountChange, origin: Origin = Origin(),
        profile edit: @Sendable @escaping (inout Profile) -> Void = { _ in }
    ) async throws -> PutAccountOutcome {
        let command = Command(account: id, intent: .putAccount(change), origin: origin)
            .withMeaning(in: catalogInForce)
        let outcome = try await lanes.submit(command, profile: edit)
        let wasOpened = !outcome.isRepeat && outcome.entry?.entry.seq == 1
        // The account is kept by now, so that a profile that cannot be read must not look as if it were not.
        var profile = Profile()
        do {
            profile = try await store.read { try $0.account(id)?.profile ?? Profile() }
        } catch {
            warn("an account was saved, but the answer has no profile", error)
            edit(&profile)
        }
        return PutAccountOutcome(
            snapshot: AccountSnapshot(state: outcome.state, profile: profile, at: outcome.decidedAt),
            wasOpened: wasOpened, isRepeat: outcome.isRepeat
        )
    }
}

extension Profile {
    /// The names of the fields that differ.
    func fields(differingFrom other: Profile) -> [String] {
        var names: [String] = []
        if name != other.name { names.append("name") }
        if email != other.email { names.append("email") }
        if metadata != other.metadata { names.append("metadata") }
        return names
    }
}
