import ScripCore

/// Why a secret does not open anything.
public enum KeyRefusal: Error, Sendable, Hashable {
    /// It is no secret of Scrip's, or is mistyped.
    case malformed
    /// Nobody made such a key.
    case unknown
    /// Its time is over.
    case expired
    /// It was revoked.
    case revoked
}

extension Engine {
    /// Makes an API key. The secret is returned only here.
    public func createKey(
        name: String, scopes: [Scope] = [.all], expiresAt: Timestamp? = nil, origin: Origin = Origin()
    ) async throws -> (key: StoredKey, secret: SecretKey) {
        let secret = SecretKey()
        let digest = secret.digest
        let key = StoredKey(
            id: "key_" + digest.description.prefix(12), name: name, digest: digest,
            prefix: String(secret.text.prefix(SecretKey.prefix.count + 4)), lastFour: String(secret.text.suffix(4)),
            scopes: scopes.map(\.rawValue), createdAt: clock.now(), expiresAt: expiresAt
        )
        try await store.write { writing in
            try writing.save(key)
            let change = AuditedChange(.keyCreated, subject: key.id, after: AuditValues.key(key))
            try writing.audit(change, by: origin, at: key.createdAt)
        }
        return (key, secret)
    }

    /// All API keys, oldest first.
    public func apiKeys() async throws -> [StoredKey] {
        try await store.read { try $0.apiKeys() }
    }

    /// Makes a key useless from now on; `nil` when there is no such key.
    public func revokeKey(_ id: String, origin: Origin = Origin()) async throws -> StoredKey? {
        let now = clock.now()
        let revoked = try await store.write { writing -> StoredKey? in
            guard var key = try writing.apiKeys().first(where: { $0.id == id }) else { return nil }
            if key.revokedAt != nil { return key }
            let before = AuditValues.key(key)
            key.revokedAt = now
            try writing.save(key)
            let change = AuditedChange(.keyRevoked, subject: id, before: before, after: AuditValues.key(key))
            try writing.audit(change, by: origin, at: now)
            return key
        }
        if let revoked { keyRing.forget(revoked.digest) }
        return revoked
    }

    /// The key that a secret belongs to.
    /// - Throws: ``KeyRefusal``, or ``EngineError/overloaded`` amid a flood of keys that were never seen.
    public func authenticate(_ text: String) async throws -> StoredKey {
        guard let secret = SecretKey(text) else { throw KeyRefusal.malformed }
        let now = clock.now()
        let (store, digest) = (store, secret.digest)
        let found = try await keyRing.key(for: digest, at: now) {
            try await store.read { try $0.apiKey(digest: digest) }
        }
        guard let key = found else { throw KeyRefusal.unknown }
        if key.revokedAt != nil { throw KeyRefusal.revoked }
        if let expiresAt = key.expiresAt, expiresAt <= now { throw KeyRefusal.expired }
        return key
    }
}
