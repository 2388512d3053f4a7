import ScripCore

/// One party whose tokens are believed, and on which conditions.
public struct Issuer: Sendable, Hashable, HidingSecrets {
    /// What else is known of an issuer's tokens.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Clerk: claims of version 1 and 2, organisations, impersonation, pending sessions.
        case clerk
        /// Supabase: roles; a secret, published keys, or both while one replaces the other.
        case supabase
        /// Anyone who follows OpenID Connect.
        case oidc
    }

    /// Where an issuer publishes its keys.
    public enum Publication: Sendable, Hashable {
        /// At an address of a key set.
        case keySet(String)
        /// At the address that the issuer's discovery document names.
        case discovery
        /// Nowhere: all its tokens are signed with a secret.
        case none
    }

    /// Which account a user stands for.
    public enum AccountRule: String, Sendable, Hashable, CaseIterable {
        /// The organisation if the token names one, else the user.
        case organizationOrUser = "organization_or_user"
        /// The user, whatever organisation the token names.
        case user
        /// The organisation; a token that names none is refused.
        case organization
    }

    /// Its name, and not its secret.
    public var description: String { "Issuer(\(name))" }
    /// What else is known of its tokens.
    public var kind: Kind
    /// Exactly what its tokens carry as `iss`.
    public var name: String
    /// Where it publishes its keys.
    public var publication: Publication
    /// The secret it shares with this server, if any.
    public var secret: [UInt8]?
    /// Which algorithms its keys may be used with; a key that states none gets the first that fits it.
    public var algorithms: [SignatureAlgorithm]
    /// Of whom a token must be for at least one; not asked when empty.
    public var audiences: [String]
    /// For which parties (`azp`) tokens may be made; not asked when empty.
    public var authorizedParties: [String]
    /// Whether a token must say for which party it was made, when parties are asked.
    public var requiresParty = true
    /// How far clocks may differ, in seconds.
    public var leewaySeconds: Int64 = 5
    /// The claim that names the user: a member's name, or a path with dots.
    public var subjectClaim = "sub"
    /// The claim that names the organisation, for issuers other than Clerk.
    public var organizationClaim: String?
    /// Which account a user stands for.
    public var accountRule = AccountRule.organizationOrUser
    /// What the ids of accounts begin with, to keep those of several issuers apart; no two may have the same.
    public var accountPrefix = ""
    /// Whether an account of the one kind may be opened by a token of the other: an organisation's by a user of the same
    /// name, or the other way round.
    public var opensAnyKind = false

    /// An issuer with all that its kind brings.
    public init(
        kind: Kind, name: String, publication: Publication, secret: [UInt8]? = nil,
        algorithms: [SignatureAlgorithm], audiences: [String] = [], authorizedParties: [String] = []
    ) {
        self.kind = kind
        self.name = name
        self.publication = publication
        self.secret = secret
        self.algorithms = algorithms
        self.audiences = audiences
        self.authorizedParties = authorizedParties
    }

    /// Clerk, by the address of the frontend API, such as `https://clerk.example.com`.
    public static func clerk(_ name: String, authorizedParties: [String] = []) -> Issuer {
        Issuer(
            kind: .clerk, name: name, publication: .keySet(Issuer.wellKnown(name, "jwks.json")), algorithms: [.rs256],
            authorizedParties: authorizedParties
        )
    }

    /// Supabase, by the address of its auth service, such as `https://ref.supabase.co/auth/v1`.
    /// - Parameter secret: the legacy secret of the project's tokens, if it still signs with one.
    public static func supabase(_ name: String, secret: [UInt8]? = nil) -> Issuer {
        Issuer(
            kind: .supabase, name: name, publication: .keySet(Issuer.wellKnown(name, "jwks.json")), secret: secret,
            algorithms: secret == nil ? [.es256, .rs256] : [.es256, .rs256, .hs256], audiences: ["authenticated"]
        )
    }

    /// Any issuer that follows OpenID Connect, whose keys are found by discovery.
    public static func oidc(_ name: String, audiences: [String] = []) -> Issuer {
        Issuer(
            kind: .oidc, name: name, publication: .discovery,
            algorithms: SignatureAlgorithm.allCases.filter { !$0.isSymmetric }, audiences: audiences
        )
    }

    /// The address of a document that an issuer publishes about itself (RFC 8615).
    static func wellKnown(_ name: String, _ document: String) -> String {
        (name.hasSuffix("/") ? String(name.dropLast()) : name) + "/.well-known/" + document
    }
}
