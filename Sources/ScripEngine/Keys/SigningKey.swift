import ScripCore

/// A secret that session tokens are signed with. It never leaves the server.
public struct SigningKey: Sendable, HidingSecrets {
    /// The name by which tokens refer to it.
    public var id: String
    /// 32 random bytes.
    public var secret: [UInt8]
    /// When it was made.
    public var createdAt: Timestamp
    /// When tokens that it signed are refused, once another key has taken over; `nil` for the one that signs.
    public var endsAt: Timestamp?

    /// A key.
    public init(id: String, secret: [UInt8], createdAt: Timestamp, endsAt: Timestamp? = nil) {
        self.id = id
        self.secret = secret
        self.createdAt = createdAt
        self.endsAt = endsAt
    }

    /// How long a token may live, in seconds: a day.
    public static let maxTokenSeconds: Int64 = 86_400
    /// How long a key signs before another takes over, in seconds: 30 days.
    static let lifetimeSeconds: Int64 = 2_592_000
    /// How long a key that signs no more is kept, in seconds: as long as tokens live, and until all instances know.
    static let overlapSeconds = maxTokenSeconds + 2 * SigningKeyRing.freshSeconds

    /// A new key.
    static func random(at now: Timestamp) -> SigningKey {
        var generator = SystemRandomNumberGenerator()
        let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return SigningKey(
            id: "sig_" + String(UInt64.random(in: 0...UInt64.max, using: &generator), radix: 36), secret: secret,
            createdAt: now)
    }
}

/// A signing key as a store keeps it.
public struct StoredSigningKey: Sendable, Hashable, HidingSecrets {
    /// The name by which tokens refer to it.
    public var id: String
    /// The secret, encrypted when a master key is named.
    public var secret: [UInt8]
    /// The master key that it is encrypted with; `nil` when it is not.
    public var masterKey: String?
    /// When it was made.
    public var createdAt: Timestamp
    /// When tokens that it signed are refused; `nil` for the one that signs.
    public var endsAt: Timestamp?

    /// A key.
    public init(id: String, secret: [UInt8], masterKey: String?, createdAt: Timestamp, endsAt: Timestamp? = nil) {
        self.id = id
        self.secret = secret
        self.masterKey = masterKey
        self.createdAt = createdAt
        self.endsAt = endsAt
    }

    /// When it ends at the latest, even if no other key takes over.
    public var end: Timestamp {
        min(
            endsAt ?? .latest, createdAt.adding(seconds: SigningKey.lifetimeSeconds + SigningKey.overlapSeconds))
    }

    /// Whether it is so old that another key takes over.
    func isOld(at now: Timestamp) -> Bool { now >= createdAt.adding(seconds: SigningKey.lifetimeSeconds) }
}
