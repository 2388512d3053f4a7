import ScripCore

/// What can be read of API keys and of the keys that session tokens are signed with.
public protocol KeyReading {
    /// All API keys, oldest first. Ids of those that are damaged are told, if anybody wants to know; otherwise they end
    /// it.
    func apiKeys(setAside: ((String) -> Void)?) throws -> [StoredKey]
    /// The API key with a digest. A store that can find it without reading them all says how.
    func apiKey(digest: Digest) throws -> StoredKey?
    /// The API key with an id. In a writing transaction it is locked until the end.
    func apiKey(id: String) throws -> StoredKey?
    /// The keys that session tokens are signed with, oldest first; with the damaged ones as with API keys.
    func signingKeys(setAside: ((String) -> Void)?) throws -> [StoredSigningKey]
}

extension KeyReading {
    /// All API keys, oldest first, unless one is damaged.
    public func apiKeys() throws -> [StoredKey] { try apiKeys(setAside: nil) }
    /// The keys that session tokens are signed with, oldest first, unless one is damaged.
    public func signingKeys() throws -> [StoredSigningKey] { try signingKeys(setAside: nil) }
}

/// Where API keys are kept, and the keys that session tokens are signed with.
public protocol KeyStore: KeyReading {
    /// Adds or replaces an API key.
    func save(_ key: StoredKey) throws
    /// Adds or replaces a key that session tokens are signed with.
    func save(_ key: StoredSigningKey) throws
    /// Removes a key that session tokens are signed with, and what is left of it as far as the store can.
    func removeSigningKey(_ id: String) throws
}
