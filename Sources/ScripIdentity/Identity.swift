import ScripCore

/// Who a token that was believed speaks for.
public struct Identity: Sendable, Hashable {
    /// Which issuer said so.
    public var issuer: String
    /// The user.
    public var subject: String
    /// The organisation in whose name the user acts.
    public var organization: String?
    /// The user's role there or with the issuer, without a prefix.
    public var role: String?
    /// The issuer's name for the session.
    public var session: String?
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
