import Foundation
import GRDB
import ScripCore
import ScripEngine

/// Reads the ledger in one transaction.
class LedgerReader: LedgerReading {
    let database: Database

    init(database: Database) {
        self.database = database
    }

    func rows(_ sql: String, _ arguments: StatementArguments) throws -> [Row] {
        let statement = try database.cachedStatement(sql: sql)
        return try Row.fetchAll(statement, arguments: arguments)
    }

    func row(_ sql: String, _ arguments: StatementArguments) throws -> Row? {
        let statement = try database.cachedStatement(sql: sql)
        return try Row.fetchOne(statement, arguments: arguments)
    }

    func account(_ id: AccountID) throws -> StoredAccount? {
        try row("SELECT account_id, state, name, email, metadata FROM accounts WHERE account_id = ?", [id.rawValue])
            .map { try LedgerReader.account($0) }
    }

    func accounts(after id: AccountID?, limit: Int) throws -> [StoredAccount] {
        let sql = """
            SELECT account_id, state, name, email, metadata FROM accounts
            WHERE account_id > ? ORDER BY account_id LIMIT ?
            """
        return try rows(sql, [id?.rawValue ?? "", limit]).map { try LedgerReader.account($0) }
    }

    static func account(_ row: Row) throws -> StoredAccount {
        let id = AccountID(unchecked: row[0])
        let state = try StateCoding.decode([UInt8](row[1] as Data), id: id)
        return StoredAccount(state: state, profile: Profile(name: row[2], email: row[3], metadata: row[4]))
    }

    func accountsDue(by moment: Timestamp, limit: Int) throws -> [AccountID] {
        try rows(
            "SELECT account_id FROM accounts WHERE due_at <= ? ORDER BY due_at, account_id LIMIT ?",
            [moment.microseconds, limit]
        ).map { AccountID(unchecked: $0[0]) }
    }

    func state(of account: AccountID, recordedBy moment: Timestamp) throws -> AccountState? {
        let checkpoint = try row(
            "SELECT state FROM checkpoints WHERE account_id = ? AND recorded_at <= ? ORDER BY seq DESC LIMIT 1",
            [account.rawValue, moment.microseconds]
        )
        return try state(of: account, from: checkpoint, through: .max) { $0.recordedAt <= moment }
    }

    func state(of account: AccountID, after seq: Int64) throws -> AccountState? {
        let checkpoint = try row(
            "SELECT state FROM checkpoints WHERE account_id = ? AND seq <= ? ORDER BY seq DESC LIMIT 1",
            [account.rawValue, seq]
        )
        return try state(of: account, from: checkpoint, through: seq) { $0.seq <= seq }
    }

    private func state(
        of account: AccountID, from checkpoint: Row?, through last: Int64, while belongs: (Entry) -> Bool
    ) throws -> AccountState? {
        var state =
            try checkpoint.map { try StateCoding.decode([UInt8]($0[0] as Data), id: account) }
            ?? AccountState(id: account)
        while true {
            let lines = try entries(of: account, after: state.seq, limit: Int(min(256, max(0, last - state.seq))))
            for line in lines {
                if !belongs(line.entry) { return state.exists ? state : nil }
                try state.replay(line)
            }
            _ = state.takeClosedUsage()
            if lines.isEmpty { return state.exists ? state : nil }
        }
    }
}
