import GRDB
import ScripCore
import ScripEngine
import Synchronization

/// What the writer keeps in memory between transactions.
final class WriterMemory: Sendable {
    let recent = RecentEntries()
    let accounts = AccountCache()
    let backlog = Backlog()
    /// How many entries the database's tables may be behind the journals.
    let window: Int64
    private let dataVersion = Mutex<Int64>(-1)

    init(window: Int64) {
        self.window = window
    }

    /// Learns what other processes wrote since the last transaction. To be called first in each transaction.
    func refresh(in database: Database) throws {
        let version = try Int64.fetchOne(database.cachedStatement(sql: "PRAGMA data_version")) ?? -1
        if dataVersion.withLock({ $0 == version }) { return }
        accounts.discard()
        let horizon = try Horizon(database)
        if let top = backlog.top, top >= horizon.flushed, recent.top(downTo: horizon.flushed) != nil {
            try catchUp(in: database, after: top)
        } else {
            backlog.reset(top: horizon.flushed)
            recent.reset(floor: horizon.flushed)
            try catchUp(in: database, after: horizon.flushed)
        }
        dataVersion.withLock { $0 = version }
    }

    private func catchUp(in database: Database, after position: Int64) throws {
        try PlacedEntry.each(in: database, after: position, through: .max) { placed in
            backlog.add(placed, isInherited: true)
            recent.add(placed)
        }
    }

    /// Forgets everything, because a transaction failed and what it added is not in the database.
    func discard() {
        accounts.discard()
        backlog.reset(top: nil)
        recent.reset(floor: nil)
        dataVersion.withLock { $0 = -1 }
    }
}

/// Which entries a picture of the database has, and up to which its tables are complete.
struct Horizon: Sendable {
    /// Everything up to this position is found through the tables.
    let flushed: Int64
    /// The last position.
    let top: Int64

    init(flushed: Int64, top: Int64) {
        self.flushed = flushed
        self.top = top
    }

    init(_ database: Database) throws {
        flushed = try Int64.fetchOne(database.cachedStatement(sql: "SELECT position FROM settled")) ?? 0
        top = try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(position) FROM entries")) ?? 0
        // One that is only wrong is for verification to tell; no sum with one in these bounds can overflow.
        guard (0...AccountState.largestSequence).contains(flushed), (0...AccountState.largestSequence).contains(top)
        else {
            throw StoreError(.damaged, "How far the tables are complete, or the place of the last line, is damaged.")
        }
    }
}

extension PlacedEntry {
    /// Gives the entries between two positions, in order.
    static func each(
        in database: Database, after first: Int64, through last: Int64, _ body: (PlacedEntry) -> Void
    ) throws {
        let statement = try database.cachedStatement(
            sql: """
                SELECT position, account_id, seq, key_hash FROM entries
                WHERE position > ? AND position <= ? ORDER BY position
                """
        )
        let rows = try Row.fetchCursor(statement, arguments: [first, last])
        while let row = try rows.nextLedgerRow() {
            body(
                PlacedEntry(
                    account: AccountID(unchecked: try row[1]), line: EntryPlace(seq: try row[2], position: try row[0]),
                    key: (try row[3] as Int64?).map { KeyDigest(bits: $0) }
                )
            )
        }
    }
}
