import ScripCore

/// An API key as a store keeps it: never the secret, only its digest.
public struct StoredKey: Sendable, Hashable {
    /// The id, safe to show.
    public var id: String
    /// A name to recognise it by.
    public var name: String
    /// SHA-256 of the secret, whose randomness makes a slow digest needless.
    public var digest: Digest
    /// The beginning of the secret, to recognise it by.
    public var prefix: String
    /// The end of the secret, to recognise it by.
    public var lastFour: String
    /// What it may do.
    public var scopes: [String]
    /// When it was made.
    public var createdAt: Timestamp
    /// When it ends by itself.
    public var expiresAt: Timestamp?
    /// When it was revoked.
    public var revokedAt: Timestamp?
    /// From which pages a publishable key may be used; from all when empty.
    public var origins: [String]
    /// When it was last used, to the minute.
    public var lastUsedAt: Timestamp?
    /// The key that took its place.
    public var replacedBy: String?

    /// Makes a key as a store keeps it.
    public init(
        id: String, name: String, digest: Digest, prefix: String, lastFour: String, scopes: [String],
        createdAt: Timestamp, expiresAt: Timestamp? = nil, revokedAt: Timestamp? = nil, origins: [String] = [],
        lastUsedAt: Timestamp? = nil, replacedBy: String? = nil
    ) {
        self.id = id
        self.name = name
        self.digest = digest
        self.prefix = prefix
        self.lastFour = lastFour
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.origins = origins
        self.lastUsedAt = lastUsedAt
        self.replacedBy = replacedBy
    }

    /// The key of a secret that was just made.
    init(
        _ secret: SecretKey, name: String, scopes: [String], createdAt: Timestamp, expiresAt: Timestamp?,
        origins: [String]
    ) {
        let digest = secret.digest
        self.init(
            id: "key_" + digest.description.prefix(12), name: name, digest: digest,
            prefix: String(secret.text.prefix(SecretKey.prefix(secret.kind, secret.mode).count + 4)),
            lastFour: String(secret.text.suffix(4)), scopes: secret.kind == .publishable ? [] : scopes,
            createdAt: createdAt, expiresAt: expiresAt, origins: origins)
    }

    /// What it is for.
    public var kind: KeyKind { SecretKey.kindAndMode(of: prefix)?.0 ?? .secret }

    /// Which world it belongs to.
    public var mode: KeyMode { SecretKey.kindAndMode(of: prefix)?.1 ?? .live }

    /// Whether it opens anything at a moment.
    public func isOpen(at now: Timestamp) -> Bool { revokedAt == nil && (expiresAt.map { $0 > now } ?? true) }

    /// Whether it may be used from a page.
    public func allows(origin: String?) -> Bool {
        origins.isEmpty || origin.map { origins.contains($0) } ?? false
    }
}
