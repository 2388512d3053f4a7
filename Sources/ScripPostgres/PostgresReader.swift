import ScripCore
import ScripEngine

/// Reads the ledger in one transaction.
class PostgresReader: LedgerReading {
    static let accountColumns = "account_id, state, name, email, metadata"

    let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    func account(_ id: AccountID) throws -> StoredAccount? {
        let rows = try transaction.ask(
            "SELECT \(PostgresReader.accountColumns) FROM scrip.accounts WHERE account_id = $1", .text(id.rawValue)
        )
        return try rows.indices.first.map { try PostgresReader.account(rows, $0) }
    }

    func versions(of accounts: [AccountID]) throws -> [AccountID: Int64] {
        let rows = try transaction.ask(
            "SELECT account_id, seq FROM scrip.accounts WHERE account_id = ANY($1)", .texts(accounts.map(\.rawValue)))
        var versions: [AccountID: Int64] = [:]
        for row in rows.indices { versions[AccountID(unchecked: rows.text(row, 0))] = try rows.integer(row, 1) }
        return versions
    }

    func accounts(after id: AccountID?, limit: Int) throws -> [StoredAccount] {
        let rows = try transaction.ask(
            """
            SELECT \(PostgresReader.accountColumns) FROM scrip.accounts
            WHERE account_id > $1 ORDER BY account_id LIMIT $2
            """,
            .text(id?.rawValue ?? ""), .integer(Int64(limit))
        )
        return try rows.indices.map { try PostgresReader.account(rows, $0) }
    }

    func accountIDs(after id: AccountID?, limit: Int) throws -> [AccountID] {
        let rows = try transaction.ask(
            "SELECT account_id FROM scrip.accounts WHERE account_id > $1 ORDER BY account_id LIMIT $2",
            .text(id?.rawValue ?? ""), .integer(Int64(limit))
        )
        return rows.indices.map { AccountID(unchecked: rows.text($0, 0)) }
    }

    static func account(_ rows: Rows, _ row: Int) throws -> StoredAccount {
        let state = try StateCoding.decode(rows.bytes(row, 1), id: AccountID(unchecked: rows.text(row, 0)))
        return StoredAccount(
            state: state,
            profile: Profile(
                name: rows.optionalText(row, 2), email: rows.optionalText(row, 3),
                metadata: rows.optionalText(row, 4))
        )
    }

    func entry(for key: IdempotencyKey, of account: AccountID) throws -> SealedEntry? {
        let rows = try transaction.ask([KeyedEntries.lookUp([AccountKey(account: account, key: key)])])[0]
        return try rows.indices.lazy.map { try PostgresReader.entry(rows, $0) }.first { $0.entry.carries(key) }
    }

    func trackingFailures(withIDs ids: Set<String>) throws -> [TrackingFailure] {
        try trackingFailures(withIDs: ids, lock: "")
    }

    func apiKeys(setAside: ((String) -> Void)?) throws -> [StoredKey] {
        try apiKeys(lock: "", setAside: setAside)
    }

    func apiKey(id: String) throws -> StoredKey? {
        try apiKey(id: id, lock: "")
    }

    func auditHead(of chain: AuditChain) throws -> AuditHead? {
        try auditHead(of: chain, lock: "")
    }

    func purchase(_ id: String, of account: AccountID) throws -> Purchase? {
        try keptPurchase(id, of: account)
    }

    func purchaseLocation(provider: String, reference: String) throws -> PurchaseLocation? {
        try keptPurchaseLocation(provider: provider, reference: reference)
    }

    func purchasesDue(by moment: Timestamp, limit: Int) throws -> [Purchase] {
        try keptPurchasesDue(by: moment, limit: limit)
    }

    func billingProfile(of account: AccountID) throws -> BillingProfile? {
        try keptBillingProfile(of: account)
    }

    func accountsDue(by moment: Timestamp, limit: Int) throws -> [AccountID] {
        let rows = try transaction.ask(
            "SELECT account_id FROM scrip.accounts WHERE due_at <= $1 ORDER BY due_at, account_id LIMIT $2",
            .integer(moment.microseconds), .integer(Int64(limit))
        )
        return rows.indices.map { AccountID(unchecked: rows.text($0, 0)) }
    }

    func state(of account: AccountID, recordedBy moment: Timestamp) throws -> AccountState? {
        let snapshot = try transaction.ask(
            """
            SELECT state FROM scrip.snapshots WHERE account_id = $1 AND recorded_at <= $2
            ORDER BY recorded_at DESC, seq DESC LIMIT 1
            """,
            .text(account.rawValue), .integer(moment.microseconds)
        )
        return try state(of: account, from: snapshot, through: .max) { $0.recordedAt <= moment }
    }

    func state(of account: AccountID, after seq: Int64) throws -> AccountState? {
        let snapshot = try transaction.ask(
            "SELECT state FROM scrip.snapshots WHERE account_id = $1 AND seq <= $2 ORDER BY seq DESC LIMIT 1",
            .text(account.rawValue), .integer(seq)
        )
        return try state(of: account, from: snapshot, through: seq) { $0.seq <= seq }
    }

    private func state(
        of account: AccountID, from snapshot: Rows, through last: Int64, while belongs: (Entry) -> Bool
    ) throws -> AccountState? {
        var state =
            try snapshot.indices.first.map { try StateCoding.decode(snapshot.bytes($0, 0), id: account) }
            ?? AccountState(id: account)
        while true {
            let lines = try entries(of: account, after: state.seq, limit: Int(min(128, max(0, last - state.seq))))
            for line in lines {
                if !belongs(line.entry) { return state.exists ? state : nil }
                try state.replay(line)
            }
            _ = state.takeClosedUsage()
            if lines.isEmpty { return state.exists ? state : nil }
        }
    }
}
