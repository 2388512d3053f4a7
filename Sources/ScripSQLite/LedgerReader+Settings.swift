import Foundation
import GRDB
import ScripCore
import ScripEngine

extension LedgerReader {
    func catalogs() throws -> [StoredCatalog] {
        try rows("SELECT version, effective_at, recorded_at, actor, document FROM catalogs ORDER BY version", [])
            .map { row in
                StoredCatalog(
                    version: row[0], effectiveAt: Timestamp(microseconds: row[1]),
                    recordedAt: Timestamp(microseconds: row[2]), actor: row[3], document: row[4]
                )
            }
    }

    func apiKeys() throws -> [StoredKey] {
        try rows("SELECT \(LedgerReader.keyColumns) FROM api_keys ORDER BY created_at, id", [])
            .map(LedgerReader.key)
    }

    func apiKey(digest: Hash) throws -> StoredKey? {
        try rows("SELECT \(LedgerReader.keyColumns) FROM api_keys WHERE digest = ?", [Data(digest.bytes)])
            .first.map(LedgerReader.key)
    }

    private static let keyColumns =
        """
        id, name, digest, prefix, last_four, scopes, created_at, expires_at, revoked_at, origins, last_used_at,
        replaced_by
        """

    func signingKeys() throws -> [SigningKey] {
        try rows("SELECT id, secret, created_at FROM signing_keys ORDER BY created_at, id", []).map { row in
            SigningKey(id: row[0], secret: [UInt8](row[1] as Data), createdAt: Timestamp(microseconds: row[2]))
        }
    }

    private static func key(_ row: Row) throws -> StoredKey {
        guard let digest = Hash(bytes: row[2] as Data) else { throw StoreError(.damaged, "A key is damaged.") }
        return StoredKey(
            id: row[0], name: row[1], digest: digest, prefix: row[3], lastFour: row[4],
            scopes: (row[5] as String).split(separator: " ").map(String.init),
            createdAt: Timestamp(microseconds: row[6]),
            expiresAt: (row[7] as Int64?).map { Timestamp(microseconds: $0) },
            revokedAt: (row[8] as Int64?).map { Timestamp(microseconds: $0) },
            origins: (row[9] as String).split(separator: " ").map(String.init),
            lastUsedAt: (row[10] as Int64?).map { Timestamp(microseconds: $0) }, replacedBy: row[11]
        )
    }
}
