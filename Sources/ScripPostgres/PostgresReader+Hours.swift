import ScripCore
import ScripEngine

/// Usage totals of hours.
extension PostgresReader {
    private static let hourColumns = """
        account_id, hour, action, credit_type, charged, refunded, count, input_tokens, output_tokens,
        cost_attodollars::text, user_id, model, provider, resource_type, is_beyond::integer::bigint
        """

    func hourlyUsage(of account: AccountID, from first: Int32, through last: Int32) throws -> [HourlyUsage] {
        let rows = try transaction.ask(
            """
            SELECT \(PostgresReader.hourColumns) FROM scrip.usage_hours
            WHERE account_id = $1 AND hour >= $2 AND hour <= $3
            """,
            .text(account.rawValue), .integer(Int64(first)), .integer(Int64(last)))
        let kept = try rows.indices.map { try PostgresReader.hourlyUsage(rows, $0) }
        let open = try self.account(account)?.state.usageHours?.rows ?? []
        return kept + open.filter { first <= $0.hour && $0.hour <= last }
    }

    func hourlyUsage(
        ofAccountsAfter id: AccountID?, limit: Int, from first: Int32, through last: Int32,
        _ body: (AccountID, [HourlyUsage]) throws -> Void
    ) throws -> AccountID? {
        let page = try accounts(after: id, limit: limit)
        guard let start = page.first?.state.id, let end = page.last?.state.id else { return nil }
        let rows = try transaction.ask(
            """
            SELECT \(PostgresReader.hourColumns) FROM scrip.usage_hours
            WHERE account_id >= $1 AND account_id <= $2 AND hour >= $3 AND hour <= $4
            """,
            .text(start.rawValue), .text(end.rawValue), .integer(Int64(first)), .integer(Int64(last)))
        var kept: [AccountID: [HourlyUsage]] = [:]
        for row in rows.indices {
            kept[AccountID(unchecked: rows.text(row, 0)), default: []].append(
                try PostgresReader.hourlyUsage(rows, row))
        }
        for stored in page {
            let open = (stored.state.usageHours?.rows ?? []).filter { first <= $0.hour && $0.hour <= last }
            try body(stored.state.id, (kept[stored.state.id] ?? []) + open)
        }
        return page.count < limit ? nil : end
    }

    private static func hourlyUsage(_ rows: Rows, _ row: Int) throws -> HourlyUsage {
        var totals = try PostgresReader.totals(rows, row)
        let hour = totals.day
        totals.day = HourlyUsage.day(ofHour: hour)
        let detail = UsageDetail(
            user: rows.text(row, 10), model: rows.text(row, 11), provider: rows.text(row, 12),
            resourceType: rows.text(row, 13), isBeyond: try rows.integer(row, 14) == 1)
        return HourlyUsage(hour: hour, detail: detail, totals: totals)
    }
}

/// Hourly totals to be added to those that are kept, column by column.
struct HourRows {
    private var sums: [AccountID: HourlyUsageSums] = [:]

    mutating func add(_ rows: [HourlyUsage], of account: AccountID) {
        if !rows.isEmpty { sums[account, default: HourlyUsageSums()].add(rows) }
    }

    var statements: [Statement] {
        if sums.isEmpty { return [] }
        let rows = sums.sorted { $0.key < $1.key }.flatMap { id, sums in
            sums.rows.values.sorted {
                ($0.hour, $0.totals.action, $0.totals.creditType, $0.detail)
                    < ($1.hour, $1.totals.action, $1.totals.creditType, $1.detail)
            }.map { (id.rawValue, $0) }
        }
        let (totals, details) = (rows.map(\.1.totals), rows.map(\.1.detail))
        let largest = "9223372036854775807"
        return [
            Statement(
                """
                INSERT INTO scrip.usage_hours AS kept (account_id, hour, action, credit_type, user_id, model, provider,
                    resource_type, is_beyond, charged, refunded, count, input_tokens, output_tokens, cost_attodollars)
                SELECT id, hour::integer, action, credit_type, user_id, model, provider, resource_type, beyond = 1, charged,
                    refunded, count, input, output, cost::numeric
                FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                    $8::text[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
                    $15::text[])
                    AS new (id, hour, action, credit_type, user_id, model, provider, resource_type, beyond, charged,
                        refunded, count, input, output, cost)
                ON CONFLICT (account_id, hour, action, credit_type, user_id, model, provider, resource_type, is_beyond)
                DO UPDATE SET
                    charged = LEAST(kept.charged::numeric + excluded.charged, \(largest))::bigint,
                    refunded = LEAST(kept.refunded::numeric + excluded.refunded, \(largest))::bigint,
                    count = LEAST(kept.count::numeric + excluded.count, \(largest))::bigint,
                    input_tokens = LEAST(kept.input_tokens::numeric + excluded.input_tokens, \(largest))::bigint,
                    output_tokens = LEAST(kept.output_tokens::numeric + excluded.output_tokens, \(largest))::bigint,
                    cost_attodollars = kept.cost_attodollars + excluded.cost_attodollars
                """,
                .texts(rows.map(\.0)), .integers(rows.map { Int64($0.1.hour) }), .texts(totals.map(\.action)),
                .texts(totals.map(\.creditType.rawValue)), .texts(details.map(\.user)), .texts(details.map(\.model)),
                .texts(details.map(\.provider)), .texts(details.map(\.resourceType)),
                .integers(details.map { $0.isBeyond ? 1 : 0 }), .integers(totals.map(\.charged.nanocredits)),
                .integers(totals.map(\.refunded.nanocredits)), .integers(totals.map(\.count)),
                .integers(totals.map(\.inputTokens)), .integers(totals.map(\.outputTokens)),
                .texts(totals.map(\.cost.attodollars.description))
            )
        ]
    }
}
