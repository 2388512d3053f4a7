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
        name: String, scopes: [Scope] = [.all], expiresAt: Timestamp? = nil, kind: KeyKind = .secret,
        mode: KeyMode = .live, origins: [String] = [], origin: Origin = Origin()
    ) async throws -> (key: StoredKey, secret: SecretKey) {
        let secret = SecretKey(kind: kind, mode: mode)
        let key = StoredKey(
            secret, name: name, scopes: scopes.map(\.rawValue), createdAt: clock.now(), expiresAt: expiresAt,
            origins: origins)
        try await store.write { writing in
            try writing.save(key)
            let change = AuditedChange(.keyCreated, subject: key.id, after: AuditValues.key(key))
            try writing.audit(change, by: origin, at: key.createdAt)
        }
        return (key, secret)
    }

    /// Makes a key that takes another's place; the other ends after a while, so that callers can change over.
    /// - Parameter seconds: how long both work.
    /// - Returns: `nil` when there is no such key, or when it has ended already.
    public func rotateKey(
        _ id: String, overlapSeconds seconds: Int64, origin: Origin = Origin()
    ) async throws -> (key: StoredKey, secret: SecretKey, previous: StoredKey)? {
        let now = clock.now()
        let rotated = try await store.write { writing -> (key: StoredKey, secret: SecretKey, previous: StoredKey)? in
            guard var previous = try writing.apiKey(id: id), previous.isOpen(at: now) else {
                return nil
            }
            let before = AuditValues.key(previous)
            let secret = SecretKey(kind: previous.kind, mode: previous.mode)
            let key = StoredKey(
                secret, name: previous.name, scopes: previous.scopes, createdAt: now, expiresAt: previous.expiresAt,
                origins: previous.origins)
            previous.expiresAt = min(now.adding(seconds: seconds), previous.expiresAt ?? .latest)
            previous.replacedBy = key.id
            try writing.save(previous)
            try writing.save(key)
            let change = AuditedChange(.keyRotated, subject: id, before: before, after: AuditValues.key(previous))
            try writing.audit(change, by: origin, at: now)
            try writing.audit(
                AuditedChange(.keyCreated, subject: key.id, after: AuditValues.key(key)), by: origin, at: now)
            return (key, secret, previous)
        }
        if let rotated { keyRing.forget(rotated.previous.digest) }
        return rotated
    }

    /// All API keys, oldest first.
    public func apiKeys() async throws -> [StoredKey] {
        try await store.read { try $0.apiKeys() }.map { keyUses.noted(in: $0) }
    }

    /// The API key with an id; `nil` when there is none.
    public func apiKey(_ id: String) async throws -> StoredKey? {
        try await store.read { try $0.apiKey(id: id) }.map { keyUses.noted(in: $0) }
    }

    /// Writes down when keys were last used. Whoever runs the sweeper need not.
    public func recordKeyUses() async throws {
        let uses = keyUses.take(at: clock.now())
        if uses.isEmpty { return }
        try await store.write { writing in
            // In one order, so that no two instances wait for each other.
            for (id, used) in uses.sorted(by: { $0.key < $1.key }) {
                guard var key = try writing.apiKey(id: id), used > key.lastUsedAt ?? .earliest else { continue }
                key.lastUsedAt = used
                try writing.save(key)
            }
        }
    }

    /// Makes a key useless from now on; `nil` when there is no such key.
    public func revokeKey(_ id: String, origin: Origin = Origin()) async throws -> StoredKey? {
        let now = clock.now()
        let revoked = try await store.write { writing -> StoredKey? in
            guard var key = try writing.apiKey(id: id) else { return nil }
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
            try await store.read { try $0.soundKey(digest: digest) }
        }
        guard let key = found else { throw KeyRefusal.unknown }
        if key.revokedAt != nil { throw KeyRefusal.revoked }
        if let expiresAt = key.expiresAt, expiresAt <= now { throw KeyRefusal.expired }
        keyUses.note(key.id, at: now)
        return key
    }
}
