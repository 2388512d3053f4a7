import Foundation
import GRDB
import ScripCore
import ScripEngine

extension LedgerWriter {
    func saveProfile(_ profile: Profile, of account: AccountID) throws {
        try execute(
            "UPDATE accounts SET name = ?, email = ?, metadata = ? WHERE account_id = ?",
            [profile.name, profile.email, profile.metadata, account.rawValue]
        )
        try keepSeal(.profile, account.rawValue)
        if var cached = try cached(account) {
            cached.stored.profile = profile
            memory.accounts.put(cached)
        }
    }

    func append(_ catalog: StoredCatalog) throws {
        try execute(
            """
            INSERT INTO catalogs (version, effective_at, recorded_at, actor, document, book, replacements)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                catalog.version, catalog.effectiveAt.microseconds, catalog.recordedAt.microseconds, catalog.actor,
                catalog.document, catalog.book.map { Data($0.bytes) }, catalog.replacements,
            ]
        )
        try keepSeal(.catalog, String(catalog.version))
    }

    func append(_ book: StoredPriceBook, document: String) throws {
        try execute(
            """
            INSERT INTO price_books (digest, source, date, licence, recorded_at, actor, document)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                Data(book.digest.bytes), book.source, book.date, book.licence, book.recordedAt.microseconds, book.actor,
                document,
            ]
        )
        try keepSeal(.priceBook, book.digest.description)
    }

    func save(_ key: StoredKey) throws {
        try execute(
            """
            INSERT OR REPLACE INTO api_keys (id, name, digest, prefix, last_four, scopes, created_at, expires_at,
                revoked_at, origins, last_used_at, replaced_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                key.id, key.name, Data(key.digest.bytes), key.prefix, key.lastFour,
                key.scopes.joined(separator: " "), key.createdAt.microseconds, key.expiresAt?.microseconds,
                key.revokedAt?.microseconds, key.origins.joined(separator: " "), key.lastUsedAt?.microseconds,
                key.replacedBy,
            ]
        )
        try keepSeal(.apiKey, key.id)
    }

    func save(_ key: StoredSigningKey) throws {
        try overwriting {
            try execute(
                """
                INSERT OR REPLACE INTO signing_keys (id, secret, created_at, master_key, ends_at)
                VALUES (?, ?, ?, ?, ?)
                """,
                [
                    key.id, Data(key.secret), key.createdAt.microseconds, key.masterKey, key.endsAt?.microseconds,
                ]
            )
            try keepSeal(.signingKey, key.id)
        }
    }

    func removeSigningKey(_ id: String) throws {
        try overwriting { try execute("DELETE FROM signing_keys WHERE id = ?", [id]) }
        try keepSeal(.signingKey, id)
    }

    /// Writes zeros where something is removed, so that a secret does not stay in a page that nobody uses.
    func overwriting(_ body: () throws -> Void) throws {
        _ = try Int64.fetchOne(database, sql: "PRAGMA secure_delete = ON")
        try body()
        _ = try Int64.fetchOne(database, sql: "PRAGMA secure_delete = OFF")
    }
}
