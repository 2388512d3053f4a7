import Foundation
import GRDB
import ScripCore
import ScripEngine

/// Usage totals of hours, told apart by who used what; see ``UsageHours``. They are filled from the journals.
enum UsageHoursMigration {
    static let sql = """
        CREATE TABLE usage_hours (
            account_id TEXT NOT NULL,
            hour INTEGER NOT NULL,
            action TEXT NOT NULL,
            credit_type TEXT NOT NULL,
            user_id TEXT NOT NULL,
            model TEXT NOT NULL,
            provider TEXT NOT NULL,
            resource_type TEXT NOT NULL,
            is_beyond INTEGER NOT NULL,
            charged INTEGER NOT NULL,
            refunded INTEGER NOT NULL,
            count INTEGER NOT NULL,
            input_tokens INTEGER NOT NULL,
            output_tokens INTEGER NOT NULL,
            cost_attodollars TEXT NOT NULL,
            PRIMARY KEY (account_id, hour, action, credit_type, user_id, model, provider, resource_type, is_beyond)
        ) STRICT, WITHOUT ROWID;
        """

    /// Counts all entries of all journals. The entries of an account are read together through an index that is there
    /// only meanwhile.
    static func fill(_ database: Database) throws {
        try database.execute(sql: "CREATE INDEX entries_counted ON entries (account_id, seq)")
        let rows = try Row.fetchCursor(
            database, sql: "SELECT account_id, seq, body FROM entries ORDER BY account_id, seq")
        var account = CountedAccount(id: "")
        while let row = try rows.nextLedgerRow() {
            let id: String = try row[0]
            if id != account.id {
                try account.save(in: database)
                account = try CountedAccount(id: id, in: database)
            }
            account.count(try row[1], [UInt8](try row[2] as Data))
        }
        try account.save(in: database)
        try database.execute(sql: "DROP INDEX entries_counted")
    }
}

/// An account whose entries are counted.
private struct CountedAccount {
    let id: String
    private var state: AccountState?
    private var hours = UsageHours()
    private var sums = HourlyUsageSums()
    private var isDamaged = false

    init(id: String) { self.id = id }

    init(id: String, in database: Database) throws {
        self.id = id
        let body = try Data.fetchOne(database, sql: "SELECT state FROM accounts WHERE account_id = ?", arguments: [id])
        // One that cannot be read stays as it is, and verification tells of it.
        state = body.flatMap { try? StateCoding.decode([UInt8]($0), id: AccountID(unchecked: id)) }
    }

    mutating func count(_ seq: Int64, _ body: [UInt8]) {
        guard let entry = try? EntryCoding.decode(body) else { return isDamaged = true }
        var closed: [HourlyUsage] = []
        hours.count(entry, closed: &closed)
        sums.add(closed)
        if state?.seq == seq { state?.adopt(hours) }
    }

    func save(in database: Database) throws {
        guard let state, !isDamaged else { return }
        try database.execute(
            sql: "UPDATE accounts SET state = ? WHERE account_id = ?",
            arguments: [Data(StateCoding.encode(state)), id])
        for row in sums.rows.values { try LedgerWriter.insert(row, of: id, in: database) }
    }
}
