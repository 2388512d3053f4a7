import Foundation
import GRDB
import ScripCore
import ScripEngine

/// Reads the ledger in one transaction.
class LedgerReader: LedgerReading {
    let database: Database
    private let shared: RecentEntries
    private var own: RecentEntries?
    private lazy var keySearch = Result {
        try HotStatement("SELECT position FROM entry_keys WHERE key_hash = ?", in: database)
    }
    private var knownHorizon: Horizon?

    init(database: Database, recent: RecentEntries) {
        self.database = database
        shared = recent
    }

    /// Which entries this transaction sees.
    func horizon() throws -> Horizon {
        if let knownHorizon { return knownHorizon }
        let horizon = try Horizon(database)
        knownHorizon = horizon
        return horizon
    }

    func journalMark() throws -> Int64? { try horizon().top }

    /// Asks the entries in memory, and reads them from the database when those in memory do not reach.
    func recent<R>(_ ask: (RecentEntries, Horizon) -> R?) throws -> R {
        let horizon = try horizon()
        if let own, let answer = ask(own, horizon) { return answer }
        if let top = shared.top(downTo: horizon.flushed), top < horizon.top {
            try PlacedEntry.each(in: database, after: top, through: horizon.top) { shared.add($0) }
        }
        if let answer = ask(shared, horizon) { return answer }
        let lines = RecentEntries()
        lines.reset(floor: horizon.flushed)
        try PlacedEntry.each(in: database, after: horizon.flushed, through: horizon.top) { lines.add($0) }
        own = lines
        guard let answer = ask(lines, horizon) else {
            throw StoreError(.damaged, "Lines are missing between positions \(horizon.flushed) and \(horizon.top).")
        }
        return answer
    }

    /// Where entries lie whose key has a digest.
    func positions(of digest: KeyDigest) throws -> [Int64] {
        var positions = try recent { $0.positions(of: digest, from: $1.flushed, through: $1.top) }
        let search = try keySearch.get()
        search.begin()
        try search.bind(digest.bits, at: 1)
        while try search.step() { positions.append(search.integer(0)) }
        return positions
    }

    func rows(_ sql: String, _ arguments: StatementArguments) throws -> [LedgerRow] {
        let statement = try database.cachedStatement(sql: sql)
        return try Row.fetchAll(statement, arguments: arguments).map { LedgerRow($0) }
    }

    /// A list without end whose damaged rows are set aside, if anybody wants to know of them.
    func list<Record>(
        _ sql: String, _ arguments: StatementArguments, limit: Int? = nil, setAside: ((String) -> Void)?,
        name: (LedgerRow) throws -> String, record: (LedgerRow) throws -> Record
    ) throws -> [Record] {
        try list(sql, arguments, limit: limit, setAside: setAside, naming: { (try? name($0)) ?? "?" }, record: record)
    }

    /// The same with names of any kind. The statement's last parameter is how many rows are wanted, if a limit is
    /// given; without one, it takes all and has no such parameter.
    func list<Name, Record>(
        _ sql: String, _ arguments: StatementArguments, limit: Int?, setAside: ((Name) -> Void)?,
        naming name: (LedgerRow) -> Name, record: (LedgerRow) throws -> Record
    ) throws -> [Record] {
        try SoundRows.list(
            limit: limit ?? .max, setAside: setAside,
            rows: { wanted, offset in
                if limit == nil { return try rows(sql, arguments) }
                return try rows(sql + SoundRows.skipping(offset), arguments + [wanted])
            }, name: name, record: record)
    }

    func row(_ sql: String, _ arguments: StatementArguments) throws -> LedgerRow? {
        let statement = try database.cachedStatement(sql: sql)
        return try Row.fetchOne(statement, arguments: arguments).map { LedgerRow($0) }
    }

    func account(_ id: AccountID) throws -> StoredAccount? {
        try row("SELECT account_id, state, name, email, metadata FROM accounts WHERE account_id = ?", [id.rawValue])
            .map { try current(try LedgerReader.account($0)) }
    }

    func versions(of accounts: [AccountID]) throws -> [AccountID: Int64] {
        var versions: [AccountID: Int64] = [:]
        for id in accounts {
            guard let row = try row("SELECT seq FROM accounts WHERE account_id = ?", [id.rawValue]) else { continue }
            let seq: Int64 = try row[0]
            // Entries that the row does not know follow it without a gap.
            let lines = try recent { $0.lines(of: id, after: seq, from: $1.flushed, through: $1.top) }
            versions[id] = seq.addingClamped(Int64(lines.count))
        }
        return versions
    }

    func accounts(after id: AccountID?, limit: Int) throws -> [StoredAccount] {
        let sql = """
            SELECT account_id, state, name, email, metadata FROM accounts
            WHERE account_id > ? ORDER BY account_id LIMIT ?
            """
        return try rows(sql, [id?.rawValue ?? "", limit]).map { try current(try LedgerReader.account($0)) }
    }

    func accountIDs(after id: AccountID?, limit: Int) throws -> [AccountID] {
        try rows(
            "SELECT account_id FROM accounts WHERE account_id > ? ORDER BY account_id LIMIT ?",
            [id?.rawValue ?? "", limit]
        ).map { AccountID(unchecked: try $0[0]) }
    }

    private static func account(_ row: LedgerRow) throws -> StoredAccount {
        let id = AccountID(unchecked: try row[0])
        let state = try StateCoding.decode([UInt8](try row[1] as Data), id: id)
        return StoredAccount(state: state, profile: Profile(name: try row[2], email: try row[3], metadata: try row[4]))
    }

    /// The account after the entries that its row does not know.
    private func current(_ stored: StoredAccount) throws -> StoredAccount {
        let (id, seq) = (stored.state.id, stored.state.seq)
        let lines = try recent { $0.lines(of: id, after: seq, from: $1.flushed, through: $1.top) }
        if lines.isEmpty { return stored }
        var current = stored
        for line in lines { try current.state.replay(try entry(at: line)) }
        // The writer has added these to the totals already.
        _ = current.state.takeClosedUsage()
        return current
    }

    func accountsDue(by moment: Timestamp, limit: Int) throws -> [AccountID] {
        try rows(
            "SELECT account_id FROM accounts WHERE due_at <= ? ORDER BY due_at, account_id LIMIT ?",
            [moment.microseconds, limit]
        ).map { AccountID(unchecked: try $0[0]) }
    }

    func state(of account: AccountID, recordedBy moment: Timestamp) throws -> AccountState? {
        let segment = try row(
            "SELECT state FROM segments WHERE account_id = ? AND recorded_at <= ? ORDER BY last_seq DESC LIMIT 1",
            [account.rawValue, moment.microseconds]
        )
        return try state(of: account, from: segment, through: .max) { $0.recordedAt <= moment }
    }

    func state(of account: AccountID, after seq: Int64) throws -> AccountState? {
        let segment = try row(
            "SELECT state FROM segments WHERE account_id = ? AND last_seq <= ? ORDER BY last_seq DESC LIMIT 1",
            [account.rawValue, seq]
        )
        return try state(of: account, from: segment, through: seq) { $0.seq <= seq }
    }

    private func state(
        of account: AccountID, from segment: LedgerRow?, through last: Int64, while belongs: (Entry) -> Bool
    ) throws -> AccountState? {
        var state =
            try segment.map { try StateCoding.decode([UInt8](try $0[0] as Data), id: account) }
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
