import Foundation
import GRDB
import ScripCore
import ScripEngine

/// Reads and writes the ledger in one transaction of the only writer.
final class LedgerWriter: LedgerReader, LedgerWriting {
    /// How many entries of a journal lie between two of its segments, unless one batch writes more.
    static let segmentLength = 64

    let memory: WriterMemory
    /// How many statements have changed something.
    private(set) var statementCount = 0

    private lazy var insertion = Result {
        try HotStatement(
            "INSERT INTO entries (position, account_id, seq, key_hash, hash, body) VALUES (?, ?, ?, ?, ?, ?)",
            in: database
        )
    }

    private(set) lazy var flushing = Result {
        try HotStatement(
            """
            INSERT INTO accounts (account_id, seq, due_at, tail, state) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (account_id) DO UPDATE
            SET seq = excluded.seq, due_at = excluded.due_at, tail = excluded.tail, state = excluded.state
            """,
            in: database
        )
    }

    init(database: Database, memory: WriterMemory) {
        self.memory = memory
        super.init(database: database, recent: memory.recent)
    }

    /// A look-up is a call in the process.
    var isRemote: Bool { false }

    /// Does nothing: nothing is far away, and nobody else writes until the end.
    func prepare(_ accounts: [AccountID], keys: [AccountKey]) throws {}

    /// Does nothing: nobody else writes until the end.
    func holdAccounts() throws {}

    /// Another process may have added a version, and so may this one just before its engine has read it.
    var knownCatalogVersion: Int64? { try? newestCatalogVersion() }

    /// The writer sees what it has written itself.
    override func horizon() throws -> Horizon {
        Horizon(flushed: memory.recent.lowest, top: memory.recent.highest)
    }

    override func account(_ id: AccountID) throws -> StoredAccount? {
        try cached(id)?.stored
    }

    func cached(_ id: AccountID) throws -> CachedAccount? {
        if let known = memory.accounts.account(id) { return known }
        guard let stored = try super.account(id) else { return nil }
        let due = try row("SELECT due_at FROM accounts WHERE account_id = ?", [id.rawValue])
        let tail = try latestEntries(of: id).map(\.position)
        let cached = CachedAccount(stored: stored, tail: tail, dueAt: try due?[0])
        memory.accounts.put(cached)
        return cached
    }

    func execute(_ sql: String, _ arguments: StatementArguments) throws {
        statementCount += 1
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    func run(_ statement: HotStatement) throws {
        statementCount += 1
        _ = try statement.step()
    }

    func save(_ changes: [AccountUpdate]) throws {
        for change in changes { try save(change) }
    }

    private func save(_ change: AccountUpdate) throws {
        let id = change.state.id
        let before = try cached(id)
        var account = CachedAccount(
            stored: StoredAccount(state: change.state, profile: before?.stored.profile ?? Profile()),
            tail: before?.tail ?? [], dueAt: change.state.nextEventTime?.microseconds
        )
        for row in account.stored.state.closedHours { try add(row, to: id) }
        for totals in account.stored.state.takeClosedUsage() { try add(totals, to: id) }
        for sealed in change.entries { account.tail.append(try append(sealed, to: id)) }
        if account.tail.count >= LedgerWriter.segmentLength {
            try insertSegment(account)
            account.tail = []
            try flush(account)
        } else if let before, before.dueAt == account.dueAt {
            memory.accounts.put(account)
        } else {
            try flush(account)
        }
    }

    private func append(_ sealed: SealedEntry, to id: AccountID) throws -> Int64 {
        let entry = sealed.entry
        let placed = PlacedEntry(
            account: id, line: EntryPlace(seq: entry.seq, position: memory.recent.highest + 1),
            key: entry.idempotencyKey.map { KeyDigest($0, of: id) }
        )
        try insert(sealed, at: placed)
        memory.recent.add(placed)
        memory.backlog.add(placed, isInherited: false)
        if let subject = entry.subject {
            try execute(
                "INSERT OR REPLACE INTO entry_subjects (account_id, subject, seq) VALUES (?, ?, ?)",
                [id.rawValue, subject, entry.seq]
            )
        }
        return placed.line.position
    }

    private func insert(_ sealed: SealedEntry, at placed: PlacedEntry) throws {
        let statement = try insertion.get()
        statement.begin()
        try statement.bind(placed.line.position, at: 1)
        try statement.bind(placed.account.rawValue, at: 2)
        try statement.bind(placed.line.seq, at: 3)
        if let key = placed.key { try statement.bind(key.bits, at: 4) }
        try statement.bind(sealed.digest.bytes, at: 5)
        try statement.bind(sealed.encoded, at: 6)
        try run(statement)
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
}
