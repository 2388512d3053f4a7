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
        if var cached = try cached(account) {
            cached.stored.profile = profile
            memory.accounts.put(cached)
        }
    }

    func append(_ catalog: StoredCatalog) throws {
        try execute(
            """
            INSERT INTO catalogs (version, effective_at, recorded_at, actor, document, book) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                catalog.version, catalog.effectiveAt.microseconds, catalog.recordedAt.microseconds, catalog.actor,
                catalog.document, catalog.book.map { Data($0.bytes) },
            ]
        )
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
    }

    func save(_ key: StoredKey) throws {
        try execute(
            """
            INSERT OR REPLACE INTO api_keys (id, name, digest, prefix, last_four, scopes, created_at, expires_at,
                revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                key.id, key.name, Data(key.digest.bytes), key.prefix, key.lastFour,
                key.scopes.joined(separator: " "), key.createdAt.microseconds, key.expiresAt?.microseconds,
                key.revokedAt?.microseconds,
            ]
        )
    }
}
