import ScripCore

/// What changes from one catalog to another, line by line.
public struct CatalogDiff: Sendable, Hashable {
    /// Lines such as `+ plan pro`, `~ plan free: allowance of credits 5 every month → 10 every month`, `- action x`.
    public var lines: [String]

    /// Whether nothing changes.
    public var isEmpty: Bool { lines.isEmpty }

    /// No change.
    init() { lines = [] }

    /// What changes from one catalog to another.
    public init(from old: Catalog, to new: Catalog) {
        lines = []
        compare("credit type", old.creditTypes, new.creditTypes, CatalogDiff.describe)
        compare("plan", old.plans, new.plans, CatalogDiff.describe)
        compare("action", old.actions, new.actions, CatalogDiff.describe)
        compare("pack", CatalogDiff.byID(old.packs), CatalogDiff.byID(new.packs), CatalogDiff.describe)
        compareModels(old.models, new.models)
        compareBooks(old.book, new.book)
        note(
            "unknown_model", CatalogDiff.describe(old.unknownModel),
            CatalogDiff.describe(new.unknownModel))
        note("unfinished_usage", old.unfinishedUsage.rawValue, new.unfinishedUsage.rawValue)
        note("default plan", old.defaultPlan?.rawValue ?? "none", new.defaultPlan?.rawValue ?? "none")
        note("late_usage_hours", String(old.lateUsageHours), String(new.lateUsageHours))
        note("burn order", CatalogDiff.order(old), CatalogDiff.order(new))
    }

    private mutating func note(_ what: String, _ before: String, _ after: String) {
        if before != after { lines.append("~ \(what): \(before) → \(after)") }
    }

    mutating func compare<ID: Hashable & Comparable, Value: Equatable>(
        _ kind: String, _ old: [ID: Value], _ new: [ID: Value], _ describe: (Value) -> [String: String]
    ) {
        for id in Set(old.keys).union(new.keys).sorted() {
            guard let before = old[id] else {
                lines.append("+ \(kind) \(id)")
                continue
            }
            guard let after = new[id] else {
                lines.append("- \(kind) \(id)")
                continue
            }
            if before == after { continue }
            let (was, now) = (describe(before), describe(after))
            for part in Set(was.keys).union(now.keys).sorted() where was[part] != now[part] {
                lines.append("~ \(kind) \(id): \(part) \(was[part] ?? "none") → \(now[part] ?? "none")")
            }
        }
    }

    private static func byID(_ packs: [Pack]) -> [String: Pack] {
        Dictionary(packs.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func order(_ catalog: Catalog) -> String {
        catalog.burnOrder.map(\.rawValue).joined(separator: ", ")
    }

    private static func describe(_ type: CreditType) -> [String: String] {
        [
            "name": type.name, "usd_value": type.dollarValue?.description ?? "none",
            "low_at": "\(type.lowPercent) percent",
        ]
    }

    private static func describe(_ plan: Plan) -> [String: String] {
        var parts = ["name": plan.name, "overage": "block", "actions": everyAction]
        if case .allow(let limit) = plan.overage { parts["overage"] = "up to \(limit)" }
        if case .only(let actions) = plan.actions {
            parts["actions"] = actions.sorted().map(CatalogDiff.shown).joined(separator: ", ")
        }
        for allowance in plan.allowances {
            parts["allowance of \(allowance.creditType)"] = describe(allowance)
        }
        if let onTrial = plan.trialAllowances {
            parts["trial_allowances"] = onTrial.isEmpty ? "nothing" : nil
            for allowance in onTrial {
                parts["allowance of \(allowance.creditType) on trial"] = describe(allowance)
            }
        }
        if plan.graceAllowance != .full { parts["grace_allowance"] = plan.graceAllowance.rawValue }
        if plan.period != .anchor { parts["period"] = plan.period.rawValue }
        if plan.graceDays > 0 { parts["grace_days"] = String(plan.graceDays) }
        parts["price"] = plan.price.map { "\($0.minorUnits) \($0.currency)" }
        parts["provider_price"] = plan.providerPrice
        return parts
    }

    private static func describe(_ allowance: Allowance) -> String {
        var amount = "unlimited"
        if case .limited(let credits) = allowance.amount { amount = credits.description }
        if allowance.isPerSeat { amount += " per seat" }
        let rollover = allowance.rollover.isZero ? "" : ", rollover \(allowance.rollover)"
        return "\(amount) every \(allowance.every)\(rollover)"
    }

    /// An action's id, in quotes where it could be taken for several or for all.
    private static func shown(_ action: ActionID) -> String {
        let id = action.rawValue
        return id.contains(",") || id == everyAction ? "'\(id)'" : id
    }

    private static let everyAction = "every action"

    private static func describe(_ action: Action) -> [String: String] {
        var rate = describe(action.rate)
        if let step = action.roundTo { rate += " to multiples of \(step)" }
        return [
            "name": action.name, "credit_type": action.creditType.rawValue, "rate": rate,
            "user_amount": action.maxUserAmount.map { "at most \($0)" } ?? "none",
            "enforcement": action.enforcement.rawValue,
        ]
    }

    private static func describe(_ pack: Pack) -> [String: String] {
        [
            "credits": "\(pack.credits) \(pack.creditType)", "price": "\(pack.price.minorUnits) \(pack.price.currency)",
            "provider_price": pack.providerPrice ?? "none",
        ]
    }

    private static func describe(_ rate: Rate) -> String {
        switch rate {
        case .fixed(let credits): "\(credits) each"
        case .perTokens(let tokens, let credits, let rounding):
            "\(credits) per \(tokens.counted("token")), rounded \(rounding.rawValue)"
        case .perUnit(let dimension, let credits, let rounding):
            "\(credits) per unit of \(dimension), rounded \(rounding.rawValue)"
        case .compute(let cost, let markup, let rounding):
            "$\(cost) each times \(markup), "
                + "rounded \(rounding.rawValue)"
        case .modelTokens(let markup, let minimum, let rounding):
            "the model's tokens times \(markup), at least \(minimum), rounded \(rounding.rawValue)"
        case .reportedCost(let markup, let minimum, let fallback, let rounding):
            "the provider's own cost times \(markup), at least \(minimum), rounded \(rounding.rawValue)"
                + (fallback.map { ", else the model's tokens times \($0)" } ?? "")
        }
    }
}

extension Allowance {
    /// For example `100 every month, rollover 20`.
    public var shortText: String {
        var text = "unlimited"
        if case .limited(let credits) = amount { text = credits.description }
        return "\(text) every \(every)" + (rollover.isZero ? "" : ", rollover \(rollover)")
    }
}
