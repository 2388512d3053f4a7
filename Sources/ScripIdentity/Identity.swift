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
    /// Whether the account may be of the other kind.
    public var opensAnyKind: Bool

    /// Whether nothing may be changed.
    public var isReadOnly: Bool { impersonator != nil }

    /// Whether a text can name a user or an organisation: neither blank nor with invisible characters, and composed (NFC).
    public static func isName(_ text: String) -> Bool { Subject(text) != nil }
}
