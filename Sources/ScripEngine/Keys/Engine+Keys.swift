import ScripCore

/// Why a secret is not accepted.
public enum KeyRefusal: Error, Sendable, Hashable {
    /// It is not a secret of Scrip's, or is mistyped.
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
    /// - Parameter manager: who makes it.
    /// - Throws: ``KeyChangeRefusal`` when it may do more than whoever makes it.
    public func createKey(
        name: String, scopes: [Scope] = [.all], expiresAt: Timestamp? = nil, kind: KeyKind = .secret,
        mode: KeyMode = .live, origins: [String] = [], by manager: KeyManager = .commandLine, origin: Origin = Origin()
    ) async throws -> (key: StoredKey, secret: SecretKey) {
        let powers = KeyPowers(kind: kind, mode: mode, scopes: Set(scopes.map(\.rawValue)))
        if let refusal = manager.refusal(of: .create, to: powers) { throw refusal }
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

    /// Makes a key that replaces another. The old one expires after a while, so that callers can change over.
    /// - Parameters:
    ///   - seconds: how long both work.
    ///   - manager: who asks for it.
    /// - Returns: `nil` when there is no such key, or when it has ended already.
    /// - Throws: ``KeyChangeRefusal``, also when the key has a successor already: it never gets a second one, however
    ///   many ask at once.
    public func rotateKey(
        _ id: String, overlapSeconds seconds: Int64, by manager: KeyManager = .commandLine, origin: Origin = Origin()
    ) async throws -> (key: StoredKey, secret: SecretKey, previous: StoredKey)? {
        let now = clock.now()
        let rotated = try await store.write { writing -> (key: StoredKey, secret: SecretKey, previous: StoredKey)? in
            guard var previous = try writing.apiKey(id: id), previous.isOpen(at: now) else {
                return nil
            }
            if let refusal = manager.refusal(of: .rotate, to: KeyPowers(previous)) { throw refusal }
            if let successor = previous.replacedBy { throw KeyChangeRefusal.alreadyRotated(successor: successor) }
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

    /// All API keys, oldest first. What cannot be read is set aside, with a line in the log.
    public func apiKeys() async throws -> [StoredKey] { try await apiKeyList().keys }

    /// The same with the ids of the keys that lie among them and cannot be read.
    public func apiKeyList() async throws -> (keys: [StoredKey], damaged: [String]) {
        let list = try await readList(of: "API key") { try $0.apiKeys(setAside: $1) }
        return (list.found.map { keyUses.noted(in: $0) }, list.damaged)
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

    /// Revokes a key; `nil` if there is no such key.
    /// - Parameters:
    ///   - manager: who asks for it.
    ///   - isLastAllowed: whether it may be the last key that manages keys.
    /// - Throws: ``KeyChangeRefusal``.
    public func revokeKey(
        _ id: String, by manager: KeyManager = .commandLine, isLastAllowed: Bool = true, origin: Origin = Origin()
    ) async throws -> StoredKey? {
        let now = clock.now()
        let revoked = try await store.write { writing -> StoredKey? in
            // All are read in one order, without those that let nobody in because they are damaged, and on PostgreSQL
            // locked, so that no two managers end each other at once.
            let all = try isLastAllowed ? [] : writing.apiKeys { _ in }
            guard var key = try writing.apiKey(id: id) else { return nil }
            if let refusal = manager.refusal(of: .revoke, to: KeyPowers(key)) { throw refusal }
            if key.revokedAt != nil { return key }
            if !isLastAllowed && Engine.isLastManager(key, among: all, at: now) { throw KeyChangeRefusal.lastManager }
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

    /// Whether no key is left that manages keys, now and as far as is known.
    public func isWithoutManager(mode: KeyMode) async throws -> Bool {
        let now = clock.now()
        return try await apiKeys().allSatisfy {
            !(KeyPowers($0).managesKeys && $0.mode == mode && $0.isOpen(at: now))
        }
    }

    private static func isLastManager(_ key: StoredKey, among all: [StoredKey], at now: Timestamp) -> Bool {
        guard KeyPowers(key).managesKeys, key.isOpen(at: now) else { return false }
        return !all.contains {
            $0.id != key.id && $0.mode == key.mode && KeyPowers($0).managesKeys && $0.isOpen(at: now)
        }
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
