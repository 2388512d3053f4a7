import Foundation
import GRDB
import ScripCore
import ScripEngine

extension LedgerWriter {
    /// Writes what has been waiting for longer than the window, so that the tables stay that close to the journals.
    func flush() throws {
        try flush(accountsWaitingSince: memory.recent.highest - memory.window, keysBeyond: Int(memory.window))
    }

    /// Writes everything that waits, unless another process left some of it and may still be at work.
    func settleAll() throws {
        if memory.backlog.hasInherited(after: memory.recent.lowest) { return }
        try flush(accountsWaitingSince: .max, keysBeyond: 0)
    }

    private func flush(accountsWaitingSince latest: Int64, keysBeyond most: Int) throws {
        while let id = memory.backlog.nextAccount(waitingSince: latest) {
            if let account = try cached(id) { try flush(account) }
        }
        while let keys = memory.backlog.nextKeys(ifMoreThan: most) { try insert(keys) }
        let flushed = memory.backlog.flushedThrough()
        try execute("UPDATE settled SET position = ? WHERE position < ?", [flushed, flushed])
        memory.recent.forget(flushedThrough: flushed, keeping: memory.window)
    }

    private func insert(_ keys: [Backlog.Key]) throws {
        let sql = "INSERT OR IGNORE INTO entry_keys (key_hash, position) VALUES (?, ?)"
        let statement = try HotStatement(sql, in: database)
        for key in keys {
            statement.begin()
            try statement.bind(key.digest.bits, at: 1)
            try statement.bind(key.position, at: 2)
            try run(statement)
        }
    }

    /// Writes an account's row.
    func flush(_ account: CachedAccount) throws {
        let state = account.stored.state
        let statement = try flushing.get()
        statement.begin()
        try statement.bind(state.id.rawValue, at: 1)
        try statement.bind(state.seq, at: 2)
        if let dueAt = account.dueAt { try statement.bind(dueAt, at: 3) }
        try statement.bind(PositionList.encode(account.tail), at: 4)
        try statement.bind(StateCoding.encode(state), at: 5)
        try run(statement)
        memory.backlog.flushed(state.id)
        memory.accounts.put(account)
    }

    /// Writes where an account's latest entries lie, and how the account stands after them.
    func insertSegment(_ account: CachedAccount) throws {
        let state = account.stored.state
        try execute(
            "INSERT INTO segments (account_id, last_seq, recorded_at, positions, state) VALUES (?, ?, ?, ?, ?)",
            [
                state.id.rawValue, state.seq, state.lastRecordedAt.microseconds,
                Data(PositionList.encode(account.tail)), Data(StateCoding.encode(state)),
            ]
        )
    }
}
