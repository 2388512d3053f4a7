import ScripCore
import ScripEngine

extension PostgresReader {
    /// A purchase of an account, whether or not the account is locked.
    func keptPurchase(_ id: String, of account: AccountID, lock: String = "") throws -> Purchase? {
        let rows = try transaction.ask(
            "SELECT \(PostgresReader.purchaseColumns) FROM scrip.purchases WHERE account_id = $1 AND purchase_id = $2 \(lock)",
            .text(account.rawValue), .text(id))
        return try rows.indices.first.map { try PostgresReader.purchase(rows, $0) }
    }

    /// What ties an account to a provider, whether or not the account is locked.
    func keptBillingProfile(of account: AccountID) throws -> BillingProfile? {
        let rows = try transaction.ask(
            "SELECT \(PostgresReader.profileColumns) FROM scrip.billing_profiles WHERE account_id = $1",
            .text(account.rawValue))
        return try rows.indices.first.map { try PostgresReader.billingProfile(rows, $0) }
    }

    /// Whose purchase a provider's id belongs to, whether or not the id is locked.
    func keptPurchaseLocation(provider: String, reference: String) throws -> PurchaseLocation? {
        let rows = try transaction.ask(
            "SELECT account_id, purchase_id FROM scrip.purchase_references WHERE provider = $1 AND reference = $2",
            .text(provider), .text(reference))
        return rows.indices.first.map { row in
            PurchaseLocation(account: AccountID(unchecked: rows.text(row, 0)), purchase: rows.text(row, 1))
        }
    }

    /// What can be read; `nil` for what is damaged.
    private static func sound<R>(_ read: () throws -> R) throws -> R? {
        do {
            return try read()
        } catch  where StoreError.saysDamage(error) {
            return nil
        }
    }

    func purchases(_ query: PurchaseQuery, setAside: ((PurchaseLocation) -> Void)?) throws -> [Purchase] {
        var parameters: [Parameter] = [.integer(query.from?.microseconds ?? Int64.min)]
        var conditions = ["created_at >= $2"]
        func place(_ parameter: Parameter) -> String {
            parameters.append(parameter)
            return "$\(parameters.count + 1)"
        }
        if let account = query.account { conditions.append("account_id = \(place(.text(account.rawValue)))") }
        if let after = query.after {
            let moment = place(.integer(after.createdAt.microseconds))
            conditions.append("(created_at, purchase_id) < (\(moment), \(place(.text(after.id))))")
        }
        if query.statuses.count == 1, let status = query.statuses.first {
            // Only with one does the index give the rows in order.
            conditions.append("status = \(place(.text(status.rawValue)))")
        } else if !query.statuses.isEmpty {
            conditions.append("status = ANY(\(place(.texts(query.statuses.map(\.rawValue).sorted()))))")
        }
        let condition = conditions.joined(separator: " AND ")
        return try list(
            limit: query.limit, setAside: setAside,
            statement: { offset in
                """
                SELECT \(PostgresReader.purchaseColumns) FROM scrip.purchases WHERE \(condition)
                ORDER BY created_at DESC, purchase_id DESC LIMIT $1\(offset)
                """
            }, parameters,
            naming: { rows, row in
                PurchaseLocation(account: AccountID(unchecked: rows.text(row, 1)), purchase: rows.text(row, 2))
            }, record: PostgresReader.purchase)
    }

    /// Purchases that are due, whether or not they are locked.
    func keptPurchasesDue(by moment: Timestamp, limit: Int, lock: String = "") throws -> [Purchase] {
        var (found, seen) = ([Purchase](), 0)
        while found.count < limit {
            let rows = try transaction.ask(
                """
                SELECT \(PostgresReader.purchaseColumns) FROM scrip.purchases WHERE next_attempt_at <= $1
                ORDER BY next_attempt_at LIMIT $2 OFFSET $3 \(lock)
                """,
                .integer(moment.microseconds), .integer(Int64(limit)), .integer(Int64(seen)))
            for row in rows.indices where found.count < limit {
                if let purchase = try PostgresReader.sound({ try PostgresReader.purchase(rows, row) }) {
                    found.append(purchase)
                }
            }
            seen += rows.count
            if rows.count < limit { break }
        }
        return found
    }

    private static let eventColumns = "provider, event_id, kind, subject, recorded_at"

    func paymentMessage(provider: String, id: String) throws -> PaymentMessage? {
        let rows = try transaction.ask(
            """
            SELECT \(PostgresReader.eventColumns) FROM scrip.provider_events WHERE provider = $1 AND event_id = $2
            """,
            .text(provider), .text(id))
        return try rows.indices.first.map { try PostgresReader.paymentMessage(rows, $0) }
    }

    func paymentMessages(after event: PaymentMessage?, limit: Int) throws -> [PaymentMessage] {
        let rows = try transaction.ask(
            """
            SELECT \(PostgresReader.eventColumns) FROM scrip.provider_events WHERE (provider, event_id) > ($1, $2)
            ORDER BY provider, event_id LIMIT $3
            """,
            .text(event?.provider ?? ""), .text(event?.id ?? ""), .integer(Int64(limit)))
        return try rows.indices.map { try PostgresReader.paymentMessage(rows, $0) }
    }

    private static func paymentMessage(_ rows: Rows, _ row: Int) throws -> PaymentMessage {
        PaymentMessage(
            provider: rows.text(row, 0), id: rows.text(row, 1), kind: rows.text(row, 2),
            subject: rows.optionalText(row, 3), recordedAt: try rows.time(row, 4))
    }

    func billingProfiles(after account: AccountID?, limit: Int) throws -> [BillingProfile] {
        let rows = try transaction.ask(
            "SELECT \(PostgresReader.profileColumns) FROM scrip.billing_profiles WHERE account_id > $1 ORDER BY account_id LIMIT $2",
            .text(account?.rawValue ?? ""), .integer(Int64(limit)))
        return try rows.indices.map { try PostgresReader.billingProfile(rows, $0) }
    }

    func billingProfilesWithTopUp(after account: AccountID?, limit: Int) throws -> [BillingProfile] {
        var (found, last) = ([BillingProfile](), account?.rawValue ?? "")
        while found.count < limit {
            let rows = try transaction.ask(
                """
                SELECT \(PostgresReader.profileColumns) FROM scrip.billing_profiles WHERE has_top_up AND account_id > $1
                ORDER BY account_id LIMIT $2
                """,
                .text(last), .integer(Int64(limit - found.count)))
            for row in rows.indices {
                last = rows.text(row, 1)
                if let profile = try PostgresReader.sound({ try PostgresReader.billingProfile(rows, row) }) {
                    found.append(profile)
                }
            }
            if rows.count == 0 { break }
        }
        return found
    }

    func account(ofCustomer customer: String, provider: String) throws -> AccountID? {
        let rows = try transaction.ask(
            """
            SELECT account_id FROM scrip.billing_profiles WHERE provider = $1 AND customer = $2
            ORDER BY account_id LIMIT 1
            """,
            .text(provider), .text(customer))
        return rows.indices.first.map { AccountID(unchecked: rows.text($0, 0)) }
    }

    private static let purchaseColumns = "body, account_id, purchase_id, status, created_at, next_attempt_at"

    private static func purchase(_ rows: Rows, _ row: Int) throws -> Purchase {
        let purchase = try Purchase(encoded: rows.bytes(row, 0))
        let isAsFound = purchase.isFound(
            account: rows.text(row, 1), id: rows.text(row, 2), status: rows.text(row, 3),
            createdAt: try rows.integer(row, 4), nextAttemptAt: try rows.optionalInteger(row, 5))
        if !isAsFound { throw StoreError(.damaged, "What a purchase is found by differs from what it says.") }
        return purchase
    }

    private static let profileColumns = "body, account_id, provider, customer, has_top_up"

    private static func billingProfile(_ rows: Rows, _ row: Int) throws -> BillingProfile {
        let profile = try BillingProfile(encoded: rows.bytes(row, 0))
        let isAsFound = profile.isFound(
            account: rows.text(row, 1), provider: rows.optionalText(row, 2), customer: rows.optionalText(row, 3),
            hasTopUp: rows.bytes(row, 4) == [1])
        if !isAsFound {
            throw StoreError(.damaged, "What a billing profile is found by differs from what it says.")
        }
        return profile
    }
}
