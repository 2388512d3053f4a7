import ScripIdentity

/// How the app's own users sign in.
public struct UsersConfiguration: Sendable {
    /// What decides whose tokens are believed; without it only session tokens are.
    public var verifier: TokenVerifier?
    /// Whether an account is opened when its user is first seen, on the catalog's default plan.
    public var opensAccounts: Bool
    /// Where pages may come from that call the users' routes, such as `https://app.example.com`.
    public var allowedOrigins: Set<String>

    /// Makes a configuration of sign-in.
    public init(verifier: TokenVerifier? = nil, opensAccounts: Bool = false, allowedOrigins: Set<String> = []) {
        self.verifier = verifier
        self.opensAccounts = opensAccounts
        self.allowedOrigins = allowedOrigins
    }
}
