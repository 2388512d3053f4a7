/// Totals of one action in one credit type on one day of UTC.
public struct UsageTotals: Hashable, Sendable {
    /// The day, counted from 1970-01-01.
    public var day: Int32
    /// The action; empty for amounts charged outright without one.
    public var action: String
    /// Which credits.
    public var creditType: CreditTypeID
    /// What was charged.
    public var charged: Credits = .zero
    /// What was refunded of charges, on the day of the refund.
    public var refunded: Credits = .zero
    /// How many charges.
    public var count: Int64 = 0
    /// Tokens sent to models.
    public var inputTokens: Int64 = 0
    /// Tokens produced by models.
    public var outputTokens: Int64 = 0
    /// What the work cost.
    public var cost: Dollars = .zero

    /// Totals of nothing.
    public init(day: Int32, action: String, creditType: CreditTypeID) {
        self.day = day
        self.action = action
        self.creditType = creditType
    }

    /// The same with the numbers of another row added. A sum that no number can hold stays at the largest one, in
    /// whatever order its parts are added: nothing in a row is less than nothing.
    public func adding(_ other: UsageTotals) -> UsageTotals {
        var sum = self
        sum.charged = Credits(clamping: Int128(charged.nanocredits) + Int128(other.charged.nanocredits))
        sum.refunded = Credits(clamping: Int128(refunded.nanocredits) + Int128(other.refunded.nanocredits))
        sum.count = count.addingClamped(other.count)
        sum.inputTokens = inputTokens.addingClamped(other.inputTokens)
        sum.outputTokens = outputTokens.addingClamped(other.outputTokens)
        let (attodollars, overflow) = cost.attodollars.addingReportingOverflow(other.cost.attodollars)
        sum.cost = Dollars(attodollars: overflow ? .max : attodollars)
        return sum
    }

    /// The same row without another row that is a part of it.
    public func less(_ part: UsageTotals) -> UsageTotals {
        var rest = self
        rest.charged = Credits(clamping: max(0, Int128(charged.nanocredits) - Int128(part.charged.nanocredits)))
        rest.refunded = Credits(clamping: max(0, Int128(refunded.nanocredits) - Int128(part.refunded.nanocredits)))
        rest.count = max(0, count.addingClamped(0 - max(0, part.count)))
        rest.inputTokens = max(0, inputTokens.addingClamped(0 - max(0, part.inputTokens)))
        rest.outputTokens = max(0, outputTokens.addingClamped(0 - max(0, part.outputTokens)))
        let (attodollars, overflow) = cost.attodollars.subtractingReportingOverflow(part.cost.attodollars)
        rest.cost = Dollars(attodollars: overflow ? 0 : max(0, attodollars))
        return rest
    }

    /// What one entry adds; `nil` when it records no usage.
    init?(_ entry: Entry) {
        guard entry.kind.isCharge || entry.kind == .refund, let creditType = entry.creditType else { return nil }
        self.init(day: entry.effectiveAt.day, action: entry.usage?.action?.rawValue ?? "", creditType: creditType)
        if entry.kind == .refund {
            refunded = entry.amount
            return
        }
        charged = Credits(nanocredits: 0 &- entry.amount.nanocredits)
        // A charge about an earlier entry prices usage that was counted there.
        if entry.kind != .charge || entry.subject == nil {
            count = 1
            inputTokens = entry.usage?.inputTokens ?? 0
            outputTokens = entry.usage?.outputTokens ?? 0
        }
        cost = entry.rating?.cost ?? entry.usage?.cost ?? .zero
    }
}

/// Totals of one day, while that day is the account's latest.
public struct UsageDay: Hashable, Sendable {
    /// The day, counted from 1970-01-01.
    public var day: Int32
    /// A row for each action and credit type.
    public var rows: [UsageTotals]

    /// A day's totals.
    public init(day: Int32, rows: [UsageTotals] = []) {
        self.day = day
        self.rows = rows
    }

    mutating func add(_ row: UsageTotals) {
        let same = rows.firstIndex { $0.action == row.action && $0.creditType == row.creditType }
        if let same {
            rows[same] = rows[same].adding(row)
        } else {
            rows.append(row)
        }
    }
}

extension AccountState {
    /// Counts an entry's usage: on the open day, or for an earlier day among what the store keeps.
    mutating func count(_ entry: Entry) {
        guard let row = UsageTotals(entry) else { return }
        usageHours?.count(entry, closed: &closedHours)
        if row.day > usageDay.day {
            closedUsage.append(contentsOf: usageDay.rows)
            usageDay = UsageDay(day: row.day, rows: [row])
        } else if row.day == usageDay.day {
            usageDay.add(row)
        } else {
            closedUsage.append(row)
        }
    }
}

extension UsageTotals {
    /// Rows of earlier days with those of the open day added, from the first day through the last, in order of day,
    /// action and credit type.
    public static func merged(
        _ kept: [UsageTotals], with open: UsageDay?, from first: Int32, through last: Int32
    ) -> [UsageTotals] {
        guard let open, first <= open.day, open.day <= last else { return kept }
        var rows = kept
        for row in open.rows {
            let same = rows.firstIndex {
                $0.day == row.day && $0.action == row.action && $0.creditType == row.creditType
            }
            if let same { rows[same] = rows[same].adding(row) } else { rows.append(row) }
        }
        return rows.sorted { ($0.day, $0.action, $0.creditType) < ($1.day, $1.action, $1.creditType) }
    }
}

extension Int64 {
    /// The sum, clamped at the ends of what can be represented.
    public func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
