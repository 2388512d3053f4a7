import Foundation
import GRDB
import ScripCore
import ScripEngine

/// Reads and writes the ledger in one transaction of the only writer.
final class LedgerWriter: LedgerReader, LedgerWriting {
    /// How many lines of a journal lie between two checkpoints of its account.
    static let checkpointInterval: Int64 = 256

    private let cache: StateCache

    init(database: Database, cache: StateCache) {
        self.cache = cache
        super.init(database: database)
    }

    override func account(_ id: AccountID) throws -> StoredAccount? {
        if let known = cache.account(id) { return known }
        let stored = try super.account(id)
        if let stored { cache.put(stored) }
        return stored
    }

    private func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    func save(_ changes: [AccountUpdate]) throws {
        for change in changes { try save(change) }
    }

    private func save(_ change: AccountUpdate) throws {
        let id = change.state.id
        let before = try account(id)
        for sealed in change.entries { try append(sealed, to: id) }
        var state = change.state
        for totals in state.takeClosedUsage() { try add(totals, to: id) }
        let bytes = Data(StateCoding.encode(state))
        let due = state.nextEventTime?.microseconds
        if before == nil {
            try execute("INSERT INTO accounts (account_id, state, due_at) VALUES (?, ?, ?)", [id.rawValue, bytes, due])
        } else if before?.state.nextEventTime?.microseconds == due {
            try execute("UPDATE accounts SET state = ? WHERE account_id = ?", [bytes, id.rawValue])
        } else {
            try execute("UPDATE accounts SET state = ?, due_at = ? WHERE account_id = ?", [bytes, due, id.rawValue])
        }
        let firstSeq = change.entries.first?.entry.seq ?? state.seq + 1
        if (firstSeq - 1) / LedgerWriter.checkpointInterval != state.seq / LedgerWriter.checkpointInterval {
            try execute(
                "INSERT INTO checkpoints (account_id, seq, recorded_at, state) VALUES (?, ?, ?, ?)",
                [id.rawValue, state.seq, state.lastRecordedAt.microseconds, bytes]
            )
        }
        cache.put(StoredAccount(state: state, profile: before?.profile ?? Profile()))
    }

    private func append(_ sealed: SealedEntry, to id: AccountID) throws {
        let entry = sealed.entry
        try execute(
            "INSERT INTO entries (account_id, seq, body, hash) VALUES (?, ?, ?, ?)",
            [id.rawValue, entry.seq, Data(sealed.encoded), Data(sealed.hash.bytes)]
        )
        if let key = entry.idempotencyKey {
            try execute(
                "INSERT INTO entry_keys (account_id, idempotency_key, seq) VALUES (?, ?, ?)",
                [id.rawValue, key.rawValue, entry.seq]
            )
        }
        if let subject = entry.subject {
            try execute(
                "INSERT OR REPLACE INTO entry_subjects (account_id, subject, seq) VALUES (?, ?, ?)",
                [id.rawValue, subject, entry.seq]
            )
        }
    }

    private func add(_ totals: UsageTotals, to id: AccountID) throws {
        let sql = """
            SELECT day, action, credit_type, charged, refunded, count, input_tokens, output_tokens, cost_attodollars
            FROM usage_totals WHERE account_id = ? AND day = ? AND action = ? AND credit_type = ?
            """
        let key: StatementArguments = [id.rawValue, Int64(totals.day), totals.action, totals.creditType.rawValue]
        let kept = try row(sql, key).map { try LedgerReader.totals($0) }
        let sum = kept?.adding(totals) ?? totals
        try execute(
            """
            INSERT OR REPLACE INTO usage_totals (account_id, day, action, credit_type, charged, refunded, count,
                input_tokens, output_tokens, cost_attodollars) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id.rawValue, Int64(sum.day), sum.action, sum.creditType.rawValue, sum.charged.nanocredits,
                sum.refunded.nanocredits, sum.count, sum.inputTokens, sum.outputTokens,
                sum.cost.attodollars.description,
            ]
        )
    }

    func saveProfile(_ profile: Profile, of account: AccountID) throws {
        try execute(
            "UPDATE accounts SET name = ?, email = ?, metadata = ? WHERE account_id = ?",
            [profile.name, profile.email, profile.metadata, account.rawValue]
        )
        if var stored = try self.account(account) {
            stored.profile = profile
            cache.put(stored)
        }
    }

    func append(_ catalog: StoredCatalog) throws {
        try execute(
            "INSERT INTO catalogs (version, effective_at, recorded_at, actor, document) VALUES (?, ?, ?, ?, ?)",
            [
                catalog.version, catalog.effectiveAt.microseconds, catalog.recordedAt.microseconds, catalog.actor,
                catalog.document,
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
