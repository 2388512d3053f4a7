import ScripCore
import ScripJSON

extension Engine {
    /// The key to sign with now; one is made when there is none that is young enough.
    /// - Throws: ``MasterKeyProblem`` when a key cannot be read.
    public func signingKey() async throws -> SigningKey {
        let now = clock.now()
        if let key = try await currentSigningKeys(at: now).last, key.endsAt == nil, !key.isOld(at: now) { return key }
        return try await makeSigningKey(at: now, evenIfYoung: false, origin: nil)
    }

    /// The key with a name, if tokens that it signed are still believed; `nil` otherwise.
    public func signingKey(_ id: String) async throws -> SigningKey? {
        let now = clock.now()
        var found = try await currentSigningKeys(at: now).first { $0.id == id }
        if found == nil && signingKeys.mayAsk(at: now) {
            found = try await readSigningKeys(at: now).first { $0.id == id }
        }
        return found.flatMap { $0.end > now ? $0 : nil }
    }

    /// All signing keys as they are kept, oldest first. What cannot be read is set aside, with a line in the log.
    public func storedSigningKeys() async throws -> [StoredSigningKey] { try await signingKeyList().keys }

    /// The same with the ids of the keys that lie among them and cannot be read.
    public func signingKeyList() async throws -> (keys: [StoredSigningKey], damaged: [String]) {
        let list = try await readList(of: "signing key") { try $0.signingKeys(setAside: $1) }
        return (list.found, list.damaged)
    }

    /// Reads all signing keys, and encrypts those that are not yet, if there is a master key.
    /// - Throws: ``MasterKeyProblem`` when one cannot be read.
    public func prepareSigningKeys() async throws {
        let now = clock.now()
        let masterKeys = masterKeys
        let plain = try await storedSigningKeys().contains { $0.masterKey == nil }
        if plain && masterKeys.currentID != nil {
            try await store.write { writing in
                for key in try writing.soundSigningKeys() where key.masterKey == nil {
                    try writing.save(masterKeys.sealed(masterKeys.opened(key)))
                }
            }
        }
        _ = try await readSigningKeys(at: now)
    }

    /// Encrypts all signing keys with the master key in use.
    /// - Returns: how many were not before.
    public func sealSigningKeys(origin: Origin = Origin()) async throws -> Int {
        guard let current = masterKeys.currentID else { throw MasterKeyProblem.notConfigured }
        let (masterKeys, now) = (masterKeys, clock.now())
        return try await store.write { writing in
            let others = try writing.soundSigningKeys().filter { $0.masterKey != current }
            for key in others { try writing.save(masterKeys.sealed(masterKeys.opened(key))) }
            if !others.isEmpty {
                let after = AuditValues.object(
                    ("master_key", .string(current)), ("count", .number(String(others.count))))
                try writing.audit(
                    AuditedChange(.signingKeysSealed, subject: current, after: after), by: origin, at: now)
            }
            return others.count
        }
    }

    /// Makes a new signing key at once. Tokens that the present one signed are believed for as long as they may live.
    public func rotateSigningKey(origin: Origin = Origin()) async throws -> SigningKey {
        try await makeSigningKey(at: clock.now(), evenIfYoung: true, origin: origin)
    }

    /// Removes a signing key: tokens that it signed are refused from now on, by other instances within a minute.
    /// - Returns: `nil` when there is no such key.
    public func retireSigningKey(_ id: String, origin: Origin = Origin()) async throws -> StoredSigningKey? {
        let now = clock.now()
        let retired = try await store.write { writing -> StoredSigningKey? in
            guard let key = try writing.signingKeys(setAside: { _ in }).first(where: { $0.id == id }) else {
                return nil
            }
            try writing.removeSigningKey(id)
            try writing.audit(AuditedChange(.signingKeyRetired, subject: id), by: origin, at: now)
            return key
        }
        if let known = signingKeys.keys(at: now) {
            signingKeys.replace(with: known.filter { $0.id != id }, readAt: now)
        }
        return retired
    }

    /// Lets another key take over when the present one is old, and removes those whose tokens have all ended. Makes none
    /// where there is none.
    public func tendSigningKeys() async throws {
        let now = clock.now()
        let kept = try await storedSigningKeys()
        guard let newest = kept.last else { return }
        let isDue = newest.isOld(at: now) || kept.dropLast().contains { $0.endsAt == nil || $0.end <= now }
        if isDue { _ = try await makeSigningKey(at: now, evenIfYoung: false, origin: nil) }
    }

    private func makeSigningKey(at now: Timestamp, evenIfYoung: Bool, origin: Origin?) async throws -> SigningKey {
        let masterKeys = masterKeys
        let all = try await store.write { writing -> [SigningKey] in
            var kept = try writing.soundSigningKeys()
            var isNew = true
            if let newest = kept.last { isNew = evenIfYoung || newest.isOld(at: now) || newest.endsAt != nil }
            if isNew {
                let key = SigningKey.random(at: kept.last.map { now.later(than: $0.createdAt) } ?? now)
                let stored = try masterKeys.sealed(key)
                try writing.save(stored)
                kept.append(stored)
                if let origin {
                    try writing.audit(AuditedChange(.signingKeyRotated, subject: key.id), by: origin, at: now)
                }
            }
            for index in kept.indices.dropLast() where kept[index].endsAt == nil {
                kept[index].endsAt = now.adding(seconds: SigningKey.overlapSeconds)
                try writing.save(kept[index])
            }
            for key in kept where key.end <= now { try writing.removeSigningKey(key.id) }
            return try kept.filter { $0.end > now }.map { try masterKeys.opened($0) }
        }
        signingKeys.replace(with: all, readAt: now)
        guard let key = all.last else { throw StoreError(.damaged, "There is no signing key.") }
        return key
    }

    private func currentSigningKeys(at now: Timestamp) async throws -> [SigningKey] {
        if let known = signingKeys.keys(at: now) { return known }
        return try await readSigningKeys(at: now)
    }

    private func readSigningKeys(at now: Timestamp) async throws -> [SigningKey] {
        let keys = try await store.read { try $0.soundSigningKeys() }.map { try masterKeys.opened($0) }
        signingKeys.replace(with: keys, readAt: now)
        return keys
    }
}

extension Timestamp {
    /// This moment, or the next one after another, so that keys are in the order in which they were made.
    fileprivate func later(than other: Timestamp) -> Timestamp {
        if self > other { return self }
        let (next, isBeyond) = other.microseconds.addingReportingOverflow(1)
        return isBeyond ? other : Timestamp(microseconds: next)
    }
}

extension SigningKey {
    /// When it ends at the latest.
    var end: Timestamp { kept.end }

    func isOld(at now: Timestamp) -> Bool { kept.isOld(at: now) }

    private var kept: StoredSigningKey {
        StoredSigningKey(id: id, secret: [], masterKey: nil, createdAt: createdAt, endsAt: endsAt)
    }
}
