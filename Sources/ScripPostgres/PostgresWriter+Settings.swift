import ScripCore
import ScripEngine

extension PostgresWriter {
    /// Batches that lock an account, or write one, wait from here on, and see the version of the catalog that comes of it.
    func holdAccounts() throws {
        _ = try transaction.ask("LOCK TABLE scrip.accounts, scrip.purchases IN EXCLUSIVE MODE")
    }

    func append(_ catalog: StoredCatalog) throws {
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.catalogs (version, effective_at, recorded_at, actor, document, book, replacements)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                .integer(catalog.version), .integer(catalog.effectiveAt.microseconds),
                .integer(catalog.recordedAt.microseconds), .text(catalog.actor), .text(catalog.document),
                .bytes(catalog.book?.bytes), .text(catalog.replacements)
            )
        )
        tell(.catalog(catalog, after: try catalogSeal(before: catalog.version)))
        transaction.tell(try CatalogActions.statement(for: catalog))
        tell(Notices.catalog)
    }

    func append(_ book: StoredPriceBook, document: String) throws {
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.price_books (digest, source, date, licence, recorded_at, actor, document)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                .bytes(book.digest.bytes), .text(book.source), .text(book.date), .text(book.licence),
                .integer(book.recordedAt.microseconds), .text(book.actor), .text(document)
            )
        )
        tell(.priceBook(book, document: document))
    }

    func save(_ key: StoredKey) throws {
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.api_keys (id, name, digest, prefix, last_four, scopes, created_at, expires_at,
                    revoked_at, origins, last_used_at, replaced_by)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, digest = excluded.digest,
                    prefix = excluded.prefix, last_four = excluded.last_four, scopes = excluded.scopes,
                    created_at = excluded.created_at, expires_at = excluded.expires_at,
                    revoked_at = excluded.revoked_at, origins = excluded.origins,
                    last_used_at = excluded.last_used_at, replaced_by = excluded.replaced_by
                """,
                .text(key.id), .text(key.name), .bytes(key.digest.bytes), .text(key.prefix), .text(key.lastFour),
                .text(key.scopes.joined(separator: " ")), .integer(key.createdAt.microseconds),
                .integer(key.expiresAt?.microseconds), .integer(key.revokedAt?.microseconds),
                .text(key.origins.joined(separator: " ")), .integer(key.lastUsedAt?.microseconds),
                .text(key.replacedBy)
            )
        )
        tell(.apiKey(key))
    }

    func save(_ key: StoredSigningKey) throws {
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.signing_keys (id, secret, created_at, master_key, ends_at)
                VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (id) DO UPDATE SET secret = excluded.secret, master_key = excluded.master_key,
                    ends_at = excluded.ends_at
                """,
                .text(key.id), .bytes(key.secret), .integer(key.createdAt.microseconds), .text(key.masterKey),
                .integer(key.endsAt?.microseconds)))
        tell(.signingKey(key))
    }

    func removeSigningKey(_ id: String) throws {
        transaction.tell(Statement("DELETE FROM scrip.signing_keys WHERE id = $1", .text(id)))
        tellRemoved(.signingKey, id)
    }

    func save(_ failure: TrackingFailure) throws {
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.tracking_failures (id, status, reason, detail, event_id, account_id, format, event,
                    entry, received_at, last_attempt_at, attempts, event_bytes, event_digest, action, sender)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
                ON CONFLICT (id) DO UPDATE SET status = excluded.status, reason = excluded.reason,
                    detail = excluded.detail, event_id = excluded.event_id, account_id = excluded.account_id,
                    format = excluded.format, event = excluded.event, entry = excluded.entry,
                    event_bytes = excluded.event_bytes, event_digest = excluded.event_digest,
                    action = excluded.action, sender = excluded.sender,
                    last_attempt_at = excluded.last_attempt_at, attempts = excluded.attempts
                """,
                .text(failure.id), .text(failure.status.rawValue), .text(failure.reason), .text(failure.detail),
                .text(failure.eventID), .text(failure.account), .text(failure.format.rawValue), .text(failure.event),
                .text(failure.entry), .integer(failure.receivedAt.microseconds),
                .integer(failure.lastAttemptAt.microseconds), .integer(failure.attempts),
                .integer(failure.whole?.byteCount), .bytes(failure.whole?.digest.bytes), .text(failure.action),
                .text(failure.sender)
            )
        )
        tell(.trackingFailure(failure))
    }

    func removeTrackingFailures(closedBefore: Timestamp, openBefore: Timestamp, limit: Int) throws -> Int {
        let closed = try transaction.ask(
            """
            SELECT id FROM scrip.tracking_failures WHERE status IN ('resolved', 'dismissed') AND last_attempt_at < $1
            LIMIT $2 FOR UPDATE SKIP LOCKED
            """,
            .integer(closedBefore.microseconds), .integer(Int64(limit)))
        let open = try transaction.ask(
            """
            SELECT id FROM scrip.tracking_failures WHERE status = 'open' AND last_attempt_at < $1
                AND format <> 'entry' LIMIT $2 FOR UPDATE SKIP LOCKED
            """,
            .integer(openBefore.microseconds), .integer(Int64(limit - closed.indices.count)))
        let ids = closed.indices.map { closed.text($0, 0) } + open.indices.map { open.text($0, 0) }
        for id in ids {
            transaction.tell(Statement("DELETE FROM scrip.tracking_failures WHERE id = $1", .text(id)))
            tellRemoved(.trackingFailure, id)
        }
        return ids.count
    }
}
