import Foundation
import GRDB
import ScripCore
import ScripEngine

extension LedgerReader {
    func catalogs() throws -> [StoredCatalog] {
        try rows("SELECT \(LedgerReader.catalogColumns) FROM catalogs ORDER BY version", []).map(LedgerReader.catalog)
    }

    static let catalogColumns = "version, effective_at, recorded_at, actor, document, book, replacements"

    static func catalog(_ row: LedgerRow) throws -> StoredCatalog {
        StoredCatalog(
            version: try row[0], effectiveAt: try row.time(1),
            recordedAt: try row.time(2), actor: try row[3], document: try row[4],
            // One that is none does not keep the other versions from being read; the seal tells of it.
            book: (try row[5] as Data?).map { Digest(bytes: $0) ?? Digest.none }, replacements: try row[6]
        )
    }

    func newestCatalogVersion() throws -> Int64 {
        try row("SELECT coalesce(max(version), 0) FROM catalogs", []).map { try $0[0] } ?? 0
    }

    func catalogOutlines(
        before version: Int64?, limit: Int, setAside: ((String) -> Void)?
    ) throws -> [StoredCatalog] {
        let sql = """
            SELECT version, effective_at, recorded_at, actor, '', book, replacements FROM catalogs WHERE version < ?
            ORDER BY version DESC LIMIT ?
            """
        return try list(
            sql, [version ?? .max], limit: limit, setAside: setAside, name: { String(try $0[0] as Int64) },
            record: LedgerReader.catalog)
    }

    func priceBooks(setAside: ((String) -> Void)?) throws -> [StoredPriceBook] {
        let sql = "SELECT digest, source, date, licence, recorded_at, actor, rowid FROM price_books ORDER BY rowid"
        return try list(sql, [], setAside: setAside, name: { String(try $0[6] as Int64) }) { row in
            StoredPriceBook(
                digest: try LedgerReader.bookDigest(try row[0]), source: try row[1], date: try row[2],
                licence: try row[3], recordedAt: try row.time(4), actor: try row[5]
            )
        }
    }

    func priceBookDocument(_ digest: Digest) throws -> String? {
        try rows("SELECT document FROM price_books WHERE digest = ?", [Data(digest.bytes)]).first?[0]
    }

    private static func bookDigest(_ bytes: Data) throws -> Digest {
        guard let digest = Digest(bytes: bytes) else { throw StoreError(.damaged, "A price book's digest is damaged.") }
        return digest
    }

    func apiKeys(setAside: ((String) -> Void)?) throws -> [StoredKey] {
        try list(
            "SELECT \(LedgerReader.keyColumns) FROM api_keys ORDER BY created_at, id", [], setAside: setAside,
            name: { try $0[0] }, record: LedgerReader.key)
    }

    func apiKey(digest: Digest) throws -> StoredKey? {
        try rows("SELECT \(LedgerReader.keyColumns) FROM api_keys WHERE digest = ?", [Data(digest.bytes)])
            .first.map(LedgerReader.key)
    }

    func apiKey(id: String) throws -> StoredKey? {
        try rows("SELECT \(LedgerReader.keyColumns) FROM api_keys WHERE id = ?", [id]).first.map(LedgerReader.key)
    }

    private static let keyColumns =
        """
        id, name, digest, prefix, last_four, scopes, created_at, expires_at, revoked_at, origins, last_used_at,
        replaced_by
        """

    func signingKeys(setAside: ((String) -> Void)?) throws -> [StoredSigningKey] {
        let sql = "SELECT id, secret, created_at, master_key, ends_at FROM signing_keys ORDER BY created_at, id"
        return try list(sql, [], setAside: setAside, name: { try $0[0] }) { row in
            StoredSigningKey(
                id: try row[0], secret: [UInt8](try row[1] as Data), masterKey: try row[3],
                createdAt: try row.time(2),
                endsAt: try row.optionalTime(4))
        }
    }

    private static func key(_ row: LedgerRow) throws -> StoredKey {
        guard let digest = Digest(bytes: try row[2] as Data) else { throw StoreError(.damaged, "A key is damaged.") }
        return StoredKey(
            id: try row[0], name: try row[1], digest: digest, prefix: try row[3], lastFour: try row[4],
            scopes: (try row[5] as String).split(separator: " ").map(String.init),
            createdAt: try row.time(6),
            expiresAt: try row.optionalTime(7),
            revokedAt: try row.optionalTime(8),
            origins: (try row[9] as String).split(separator: " ").map(String.init),
            lastUsedAt: try row.optionalTime(10), replacedBy: try row[11]
        )
    }
}
