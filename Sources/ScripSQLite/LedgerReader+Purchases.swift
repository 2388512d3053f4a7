import GRDB
import ScripCore
import ScripEngine

extension LedgerReader {
    func purchase(_ id: String, of account: AccountID) throws -> Purchase? {
        let sql = "SELECT \(LedgerReader.purchaseColumns) FROM purchases WHERE account_id = ? AND purchase_id = ?"
        return try row(sql, [account.rawValue, id]).map { try LedgerReader.purchase($0) }
    }

    func purchaseLocation(provider: String, reference: String) throws -> PurchaseLocation? {
        let sql = "SELECT account_id, purchase_id FROM purchase_references WHERE provider = ? AND reference = ?"
        return try row(sql, [provider, reference]).map { row in
            PurchaseLocation(account: AccountID(unchecked: try row[0]), purchase: try row[1])
        }
    }

    func purchases(_ query: PurchaseQuery, setAside: ((PurchaseLocation) -> Void)?) throws -> [Purchase] {
        var conditions = ["created_at >= ?"]
        var arguments: StatementArguments = [query.from?.microseconds ?? Int64.min]
        if let account = query.account {
            conditions.append("account_id = ?")
            arguments += [account.rawValue]
        }
        if let after = query.after {
            conditions.append("(created_at, purchase_id) < (?, ?)")
            arguments += [after.createdAt.microseconds, after.id]
        }
        if !query.statuses.isEmpty {
            let words = query.statuses.map(\.rawValue).sorted()
            // Only with one does the index give the rows in order, which `IN` with one word does, too.
            conditions.append("status IN (\(words.map { _ in "?" }.joined(separator: ", ")))")
            arguments += StatementArguments(words)
        }
        let sql = """
            SELECT \(LedgerReader.purchaseColumns) FROM purchases WHERE \(conditions.joined(separator: " AND "))
            ORDER BY created_at DESC, purchase_id DESC LIMIT ?
            """
        return try list(
            sql, arguments, limit: query.limit, setAside: setAside,
            naming: { row in
                let (account, id) = (try? row[1] as String, try? row[2] as String)
                return PurchaseLocation(account: AccountID(unchecked: account ?? "?"), purchase: id ?? "?")
            }, record: LedgerReader.purchase)
    }

    func purchasesDue(by moment: Timestamp, limit: Int) throws -> [Purchase] {
        let sql = """
            SELECT \(LedgerReader.purchaseColumns) FROM purchases WHERE next_attempt_at <= ?
            ORDER BY next_attempt_at LIMIT ? OFFSET ?
            """
        var (found, seen) = ([Purchase](), 0)
        while found.count < limit {
            let rows = try rows(sql, [moment.microseconds, limit, seen])
            for row in rows where found.count < limit {
                do {
                    found.append(try LedgerReader.purchase(row))
                } catch  where StoreError.saysDamage(error) {
                    continue
                }
            }
            seen += rows.count
            if rows.count < limit { break }
        }
        return found
    }

    private static let eventColumns = "provider, event_id, kind, subject, recorded_at"

    func paymentMessage(provider: String, id: String) throws -> PaymentMessage? {
        let sql = "SELECT \(LedgerReader.eventColumns) FROM provider_events WHERE provider = ? AND event_id = ?"
        return try row(sql, [provider, id]).map { try LedgerReader.paymentMessage($0) }
    }

    func paymentMessages(after event: PaymentMessage?, limit: Int) throws -> [PaymentMessage] {
        let sql = """
            SELECT \(LedgerReader.eventColumns) FROM provider_events WHERE (provider, event_id) > (?, ?)
            ORDER BY provider, event_id LIMIT ?
            """
        return try rows(sql, [event?.provider ?? "", event?.id ?? "", limit]).map {
            try LedgerReader.paymentMessage($0)
        }
    }

    private static func paymentMessage(_ row: LedgerRow) throws -> PaymentMessage {
        PaymentMessage(
            provider: try row[0], id: try row[1], kind: try row[2], subject: try row[3],
            recordedAt: try row.time(4))
    }

    func billingProfiles(after account: AccountID?, limit: Int) throws -> [BillingProfile] {
        let sql =
            "SELECT \(LedgerReader.profileColumns) FROM billing_profiles WHERE account_id > ? ORDER BY account_id LIMIT ?"
        return try rows(sql, [account?.rawValue ?? "", limit]).map { try LedgerReader.billingProfile($0) }
    }

    func billingProfile(of account: AccountID) throws -> BillingProfile? {
        try row("SELECT \(LedgerReader.profileColumns) FROM billing_profiles WHERE account_id = ?", [account.rawValue])
            .map { try LedgerReader.billingProfile($0) }
    }

    func billingProfilesWithTopUp(after account: AccountID?, limit: Int) throws -> [BillingProfile] {
        let sql = """
            SELECT \(LedgerReader.profileColumns) FROM billing_profiles WHERE has_top_up = 1 AND account_id > ?
            ORDER BY account_id LIMIT ?
            """
        var (found, last) = ([BillingProfile](), account?.rawValue ?? "")
        while found.count < limit {
            let rows = try rows(sql, [last, limit - found.count])
            for row in rows {
                last = try row[1]
                do {
                    found.append(try LedgerReader.billingProfile(row))
                } catch  where StoreError.saysDamage(error) {
                    continue
                }
            }
            if rows.isEmpty { break }
        }
        return found
    }

    func account(ofCustomer customer: String, provider: String) throws -> AccountID? {
        let sql = """
            SELECT account_id FROM billing_profiles WHERE provider = ? AND customer = ? ORDER BY account_id LIMIT 1
            """
        return try row(sql, [provider, customer]).map { AccountID(unchecked: try $0[0]) }
    }

    private static let purchaseColumns = "body, account_id, purchase_id, status, created_at, next_attempt_at"

    private static func purchase(_ row: LedgerRow) throws -> Purchase {
        let purchase = try Purchase(encoded: Array((try row[0] as String).utf8))
        let isAsFound = try purchase.isFound(
            account: row[1], id: row[2], status: row[3], createdAt: row[4], nextAttemptAt: row[5])
        if !isAsFound { throw StoreError(.damaged, "What a purchase is found by differs from what it says.") }
        return purchase
    }

    private static let profileColumns = "body, account_id, provider, customer, has_top_up"

    private static func billingProfile(_ row: LedgerRow) throws -> BillingProfile {
        let profile = try BillingProfile(encoded: Array((try row[0] as String).utf8))
        let hasTopUp: Int64 = try row[4]
        let isAsFound = try profile.isFound(
            account: row[1], provider: row[2], customer: row[3], hasTopUp: hasTopUp == 1)
        if !isAsFound || hasTopUp != profile.topUpMark {
            throw StoreError(.damaged, "What a billing profile is found by differs from what it says.")
        }
        return profile
    }
}

extension LedgerWriter {
    func save(_ purchase: Purchase) throws {
        try execute(
            """
            INSERT INTO purchases (account_id, purchase_id, status, created_at, next_attempt_at, body)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (account_id, purchase_id) DO UPDATE SET status = excluded.status,
                next_attempt_at = excluded.next_attempt_at, body = excluded.body
            """,
            [
                purchase.account.rawValue, purchase.id, purchase.status.rawValue, purchase.createdAt.microseconds,
                purchase.nextAttemptAt?.microseconds, String(decoding: purchase.encoded, as: UTF8.self),
            ]
        )
        try keepSeal(.purchase, purchase.id, purchase.account.rawValue)
        let own = [(Purchase.ownReferences, purchase.id)]
        for (provider, reference) in own + purchase.facts.references.map({ (purchase.provider, $0) }) {
            try execute(
                """
                INSERT OR IGNORE INTO purchase_references (provider, reference, account_id, purchase_id)
                VALUES (?, ?, ?, ?)
                """,
                [provider, reference, purchase.account.rawValue, purchase.id]
            )
            try keepSeal(.purchaseReference, provider, reference)
        }
    }

    func append(_ event: PaymentMessage) throws {
        try execute(
            "INSERT INTO provider_events (provider, event_id, kind, subject, recorded_at) VALUES (?, ?, ?, ?, ?)",
            [event.provider, event.id, event.kind, event.subject, event.recordedAt.microseconds]
        )
        try keepSeal(.paymentMessage, event.provider, event.id)
    }

    func save(_ profile: BillingProfile) throws {
        try execute(
            """
            INSERT OR REPLACE INTO billing_profiles (account_id, provider, customer, has_top_up, body)
            VALUES (?, ?, ?, ?, ?)
            """,
            [
                profile.account.rawValue, profile.provider, profile.customer,
                profile.topUp?.isEnabled == true ? 1 : 0, String(decoding: profile.encoded, as: UTF8.self),
            ]
        )
        try keepSeal(.billingProfile, profile.account.rawValue)
    }
}
