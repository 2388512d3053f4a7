import ScripCore

/// Who a token that was believed speaks for.
public struct Identity: Sendable, Hashable {
    /// The user, as the issuer names them.
    public var subject: String
    /// Who acts as the user, for support; then nothing may be changed.
    public var impersonator: String?
    /// Until when it may be believed.
    public var expiresAt: Timestamp
    /// The account the user stands for.
    public var account: AccountID
    /// Whether the account is an organisation's.
    public var isOrganization: Bool

    /// Whether nothing may be changed.
    public var isReadOnly: Bool { impersonator != nil }
}
