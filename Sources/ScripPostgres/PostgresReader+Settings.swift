import ScripCore
import ScripEngine

extension PostgresReader {
    static let catalogColumns = "version, effective_at, recorded_at, actor, document, book, replacements"

    func catalogs() throws -> [StoredCatalog] {
        let rows = try transaction.ask(
            "SELECT \(PostgresReader.catalogColumns) FROM scrip.catalogs ORDER BY version")
        return try rows.indices.map { try PostgresReader.catalog(rows, $0) }
    }

    static func catalog(_ rows: Rows, _ row: Int) throws -> StoredCatalog {
        StoredCatalog(
            version: try rows.integer(row, 0), effectiveAt: try rows.time(row, 1),
            recordedAt: try rows.time(row, 2), actor: rows.optionalText(row, 3),
            document: rows.text(row, 4),
            // One that is none does not keep the other versions from being read; the seal tells of it.
            book: rows.isNull(row, 5) ? nil : Digest(bytes: rows.bytes(row, 5)) ?? Digest.none,
            replacements: rows.text(row, 6)
        )
    }

    func catalogOutlines(
        before version: Int64?, limit: Int, setAside: ((String) -> Void)?
    ) throws -> [StoredCatalog] {
        try list(
            limit: limit, setAside: setAside,
            statement: { offset in
                """
                SELECT version, effective_at, recorded_at, actor, ''::text, book, replacements FROM scrip.catalogs
                WHERE version < $2 ORDER BY version DESC LIMIT $1\(offset)
                """
            }, [.integer(version ?? .max)], name: { String(try $0.integer($1, 0)) }, record: PostgresReader.catalog)
    }

    func priceBooks(setAside: ((String) -> Void)?) throws -> [StoredPriceBook] {
        let sql = """
            SELECT digest, source, date, licence, recorded_at, actor, number FROM scrip.price_books ORDER BY number
            """
        return try list(sql, setAside: setAside, name: { String(try $0.integer($1, 6)) }) { rows, row in
            StoredPriceBook(
                digest: try PostgresReader.bookDigest(rows.bytes(row, 0)), source: rows.text(row, 1),
                date: rows.text(row, 2), licence: rows.text(row, 3),
                recordedAt: try rows.time(row, 4), actor: rows.optionalText(row, 5)
            )
        }
    }

    func priceBookDocument(_ digest: Digest) throws -> String? {
        let rows = try transaction.ask(
            "SELECT document FROM scrip.price_books WHERE digest = $1", .bytes(digest.bytes))
        return rows.indices.first.map { rows.text($0, 0) }
    }

    private static func bookDigest(_ bytes: [UInt8]) throws -> Digest {
        guard let digest = Digest(bytes: bytes) else { throw StoreError(.damaged, "A price book's digest is damaged.") }
        return digest
    }

    static let newestCatalog = Statement("SELECT coalesce(max(version), 0) FROM scrip.catalogs")

    func newestCatalogVersion() throws -> Int64 {
        try transaction.ask([PostgresReader.newestCatalog])[0].integer(0, 0)
    }

    /// All API keys, locked or not.
    func apiKeys(lock: String, setAside: ((String) -> Void)?) throws -> [StoredKey] {
        try list(
            "SELECT \(PostgresReader.keyColumns) FROM scrip.api_keys ORDER BY created_at, id \(lock)",
            setAside: setAside, name: { $0.text($1, 0) }, record: PostgresReader.key)
    }

    func apiKey(digest: Digest) throws -> StoredKey? {
        let rows = try transaction.ask(
            "SELECT \(PostgresReader.keyColumns) FROM scrip.api_keys WHERE digest = $1", .bytes(digest.bytes))
        return try rows.indices.first.map { try PostgresReader.key(rows, $0) }
    }

    /// The API key with an id, locked or not.
    func apiKey(id: String, lock: String) throws -> StoredKey? {
        let rows = try transaction.ask(
            "SELECT \(PostgresReader.keyColumns) FROM scrip.api_keys WHERE id = $1 \(lock)", .text(id))
        return try rows.indices.first.map { try PostgresReader.key(rows, $0) }
    }

    func signingKeys(setAside: ((String) -> Void)?) throws -> [StoredSigningKey] {
        let sql = "SELECT id, secret, created_at, master_key, ends_at FROM scrip.signing_keys ORDER BY created_at, id"
        return try list(sql, setAside: setAside, name: { $0.text($1, 0) }) { rows, row in
            StoredSigningKey(
                id: rows.text(row, 0), secret: rows.bytes(row, 1), masterKey: rows.optionalText(row, 3),
                createdAt: try rows.time(row, 2),
                endsAt: try rows.optionalTime(row, 4))
        }
    }

    private static let keyColumns = """
        id, name, digest, prefix, last_four, scopes, created_at, expires_at, revoked_at, origins, last_used_at,
        replaced_by
        """

    private static func key(_ rows: Rows, _ row: Int) throws -> StoredKey {
        guard let digest = Digest(bytes: rows.bytes(row, 2)) else { throw StoreError(.damaged, "A key is damaged.") }
        return StoredKey(
            id: rows.text(row, 0), name: rows.text(row, 1), digest: digest, prefix: rows.text(row, 3),
            lastFour: rows.text(row, 4), scopes: rows.text(row, 5).split(separator: " ").map(String.init),
            createdAt: try rows.time(row, 6),
            expiresAt: try rows.optionalTime(row, 7),
            revokedAt: try rows.optionalTime(row, 8),
            origins: rows.text(row, 9).split(separator: " ").map(String.init),
            lastUsedAt: try rows.optionalTime(row, 10),
            replacedBy: rows.optionalText(row, 11)
        )
    }
}
