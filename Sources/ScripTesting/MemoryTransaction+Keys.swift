import ScripCore
import ScripEngine

extension MemoryTransaction {
    func apiKey(digest: Digest) throws -> StoredKey? { ledger.keys.first { $0.digest == digest } }
    func apiKey(id: String) throws -> StoredKey? { ledger.keys.first { $0.id == id } }
    func apiKeys(setAside: ((String) -> Void)?) throws -> [StoredKey] { ledger.keys }

    func signingKeys(setAside: ((String) -> Void)?) throws -> [StoredSigningKey] {
        ledger.signingKeys.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    func save(_ key: StoredSigningKey) throws {
        try removeSigningKey(key.id)
        ledger.signingKeys.append(key)
    }

    func removeSigningKey(_ id: String) throws { ledger.signingKeys.removeAll { $0.id == id } }

    func save(_ key: StoredKey) throws {
        if let index = ledger.keys.firstIndex(where: { $0.id == key.id }) {
            ledger.keys[index] = key
        } else {
            ledger.keys.append(key)
        }
    }
}
