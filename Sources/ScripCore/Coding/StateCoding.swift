import ScripJSON

/// The bytes of an account's snapshot: compact JSON, amounts in nanocredits, times in microseconds.
public enum StateCoding {
    /// The bytes of a snapshot.
    public static func encode(_ state: AccountState) -> [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.object { writer in
            writer.field("seq", state.seq)
            writer.field("last_hash", state.lastDigest.description)
            writer.field("last_recorded_at", state.lastRecordedAt)
            writer.field("opened_at", state.openedAt)
            writer.nested("settings", state.settings) { $0.settings($1) }
            writer.nested("subscription", state.subscription) { $0.subscription($1) }
            writer.list("balances", state.typeBalances) { $0.balance($1) }
            writer.list("holds", state.holds) { $0.hold($1) }
            writer.field("usage_day", Int64(state.usageDay.day))
            writer.list("usage", state.usageDay.rows) { $0.totals($1) }
            writer.nested("usage_hours", state.usageHours) { $0.hours($1) }
        }
        return writer.bytes
    }

    /// Reads a snapshot of an account.
    /// - Throws: ``CodingProblem`` with the field that is missing or damaged.
    public static func decode(_ bytes: [UInt8], id: AccountID) throws(CodingProblem) -> AccountState {
        let fields = try KeptFields(parsing: bytes)
        guard let digest = Digest(try fields.text("last_hash")) else { throw CodingProblem(field: "last_hash") }
        let settings = try fields.nested("settings") { (fields) throws(CodingProblem) in try fields.settings() }
        let subscription = try fields.nested("subscription") { (fields) throws(CodingProblem) in
            try fields.subscription()
        }
        guard let settings else { throw CodingProblem(field: "settings") }
        guard let subscription else { throw CodingProblem(field: "subscription") }
        guard let day = Int32(exactly: try fields.integer("usage_day")) else { throw CodingProblem(field: "usage_day") }
        let state = AccountState(
            id: id, openedAt: try fields.time("opened_at"), settings: settings, subscription: subscription,
            typeBalances: try fields.list("balances") { (fields) throws(CodingProblem) in try fields.balance() },
            holds: try fields.list("holds") { (fields) throws(CodingProblem) in try fields.hold() },
            seq: try fields.sequence("seq"), lastDigest: digest, lastRecordedAt: try fields.time("last_recorded_at"),
            usageDay: UsageDay(
                day: day,
                rows: try fields.list("usage") { (fields) throws(CodingProblem) in try fields.totals(day: day) }
            ),
            usageHours: try fields.nested("usage_hours") { (fields) throws(CodingProblem) in try fields.hours() }
        )
        try requireSense(in: state)
        return state
    }

    /// Parts of a balance that cannot be together are damage, and would be counted on.
    private static func requireSense(in state: AccountState) throws(CodingProblem) {
        for balance in state.typeBalances {
            for grant in balance.grants {
                let whole = Credits.zero...max(.zero, grant.remaining)
                if grant.remaining.isNegative || !whole.contains(grant.held) || !whole.contains(grant.lapsing) {
                    throw CodingProblem(field: "grants")
                }
            }
            for lapsed in balance.lapsed where lapsed.left.isNegative || lapsed.period.end <= lapsed.period.start {
                throw CodingProblem(field: "lapsed")
            }
            if balance.debt.isNegative || balance.heldOverage.isNegative { throw CodingProblem(field: "debt") }
            if let allowance = balance.allowance, allowance.period.end <= allowance.period.start {
                throw CodingProblem(field: "allowance")
            }
            if balance.remembered.contains(where: { $0.period.end <= $0.period.start || $0.used.isNegative }) {
                throw CodingProblem(field: "remembered")
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func balance(_ balance: TypeBalance) {
        field("credit_type", balance.creditType.rawValue)
        field("debt", nonzero: balance.debt)
        field("held_overage", nonzero: balance.heldOverage)
        nested("allowance", balance.allowance) { $0.allowance($1) }
        list("remembered", balance.remembered) { $0.usedPeriod($1) }
        list("lapsed", balance.lapsed) { writer, lapsed in
            writer.field("start", lapsed.period.start)
            writer.field("end", lapsed.period.end)
            writer.field("left", lapsed.left)
            writer.field("line", lapsed.seq)
        }
        list("grants", balance.grants) { writer, grant in
            writer.field("id", grant.id.seq)
            writer.terms(grant.terms)
            writer.field("remaining", grant.remaining)
            writer.field("held", nonzero: grant.held)
            writer.field("lapsing", nonzero: grant.lapsing)
            writer.field("expired", flag: grant.hasExpired)
            writer.field("scheduled", flag: grant.isScheduled)
        }
    }

    fileprivate mutating func hold(_ hold: Hold) {
        field("id", hold.id.seq)
        field("credit_type", hold.creditType.rawValue)
        field("amount", hold.amount)
        list("parts", hold.parts) { writer, part in
            writer.place(part.place)
            writer.field("amount", part.amount)
        }
        field("expires_at", hold.expiresAt)
        field("action", hold.action?.rawValue)
    }

    mutating func totals(_ totals: UsageTotals) {
        field("action", totals.action)
        field("credit_type", totals.creditType.rawValue)
        field("charged", totals.charged)
        field("refunded", nonzero: totals.refunded)
        field("count", totals.count)
        if totals.inputTokens != 0 { field("input_tokens", totals.inputTokens) }
        if totals.outputTokens != 0 { field("output_tokens", totals.outputTokens) }
        if totals.cost != .zero { field("cost", totals.cost.attodollars.description) }
    }
}

extension KeptFields {
    fileprivate func balance() throws(CodingProblem) -> TypeBalance {
        TypeBalance(
            creditType: try identifier("credit_type"),
            grants: try list("grants") { (fields) throws(CodingProblem) in
                Grant(
                    id: GrantID(seq: try fields.sequence("id")), terms: try fields.terms(),
                    remaining: try fields.credits("remaining"), held: try fields.optionalCredits("held") ?? .zero,
                    lapsing: try fields.optionalCredits("lapsing") ?? .zero,
                    hasExpired: fields.flag("expired"), isScheduled: fields.flag("scheduled")
                )
            },
            debt: try optionalCredits("debt") ?? .zero,
            heldOverage: try optionalCredits("held_overage") ?? .zero,
            allowance: try nested("allowance") { (fields) throws(CodingProblem) in try fields.allowance() },
            remembered: try list("remembered") { (fields) throws(CodingProblem) in try fields.usedPeriod() },
            lapsed: try list("lapsed") { (fields) throws(CodingProblem) in
                LapsedAllowance(
                    period: BillingPeriod(start: try fields.time("start"), end: try fields.time("end")),
                    left: try fields.credits("left"), seq: try fields.sequence("line"))
            }
        )
    }

    fileprivate func hold() throws(CodingProblem) -> Hold {
        Hold(
            id: HoldID(seq: try sequence("id")), creditType: try identifier("credit_type"),
            amount: try credits("amount"),
            parts: try list("parts") { (fields) throws(CodingProblem) in
                Hold.Part(place: try fields.place(), amount: try fields.credits("amount"))
            },
            expiresAt: try time("expires_at"), action: try optionalIdentifier("action")
        )
    }

    func totals(day: Int32) throws(CodingProblem) -> UsageTotals {
        var totals = UsageTotals(day: day, action: try text("action"), creditType: try identifier("credit_type"))
        totals.charged = try credits("charged")
        totals.refunded = try optionalCredits("refunded") ?? .zero
        totals.count = try integer("count")
        totals.inputTokens = try optionalInteger("input_tokens") ?? 0
        totals.outputTokens = try optionalInteger("output_tokens") ?? 0
        if let cost = try optionalText("cost") {
            guard let units = Int128(cost) else { throw CodingProblem(field: "cost") }
            totals.cost = Dollars(attodollars: units)
        }
        return totals
    }
}
