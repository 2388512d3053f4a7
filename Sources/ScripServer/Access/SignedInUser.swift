import ScripCore
import ScripIdentity

/// A user who calls, and the account the user stands for.
struct SignedInUser: Sendable, Hashable {
    /// The account.
    var account: AccountID
    /// Whether the account is an organisation's.
    var isOrganization: Bool
    /// The user, as the issuer names them.
    var subject: String
    /// Whether nothing may be changed.
    var isReadOnly: Bool
    /// Who acts as the user, as the issuer names them.
    var impersonator: String?
    /// Until when the credential is good.
    var expiresAt: Timestamp

    init(_ identity: Identity) {
        account = identity.account
        isOrganization = identity.isOrganization
        subject = identity.subject
        isReadOnly = identity.isReadOnly
        impersonator = identity.impersonator
        expiresAt = identity.expiresAt
    }

    init(_ token: SessionToken) {
        account = token.account
        isOrganization = false
        subject = token.user
        isReadOnly = token.isReadOnly
        expiresAt = token.expiresAt
    }

    /// The user as the journal names who did something.
    var actor: String { "user:" + subject }

    /// What the user does, as journal and audit log name it.
    func origin(from caller: Caller) -> Origin {
        var caller = caller
        (caller.kind, caller.id, caller.impersonator) = (.user, subject, impersonator)
        return Origin(actor: actor, caller: caller)
    }
}
