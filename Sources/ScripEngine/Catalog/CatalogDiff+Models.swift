import ScripCore

extension CatalogDiff {
    mutating func compareModels(_ old: PriceBook, _ new: PriceBook, as kind: String = "model") {
        if old == new { return }
        compare(kind, CatalogDiff.byName(old), CatalogDiff.byName(new)) { CatalogDiff.describe($0) }
    }

    /// One line for a book where there was none; of another book, what it prices otherwise.
    mutating func compareBooks(_ old: PriceBook, _ new: PriceBook) {
        if old == new { return }
        if old.isEmpty {
            lines.append("+ price book of \(new.date): \(new.source)")
            return
        }
        let (was, now) = ("\(old.date): \(old.source)", "\(new.date): \(new.source)")
        if was != now { lines.append("~ price book of \(was) → \(now)") }
        if old.licence != new.licence { lines.append("~ price book: licence \(old.licence) → \(new.licence)") }
        compareModels(old, new, as: "model of the price book")
    }

    /// Prices by the model's name, and by the moment they begin where they do.
    private static func byName(_ book: PriceBook) -> [String: ModelPrice] {
        Dictionary(
            book.models.map { model in
                (model.effectiveFrom.map { "\(model.name) from \(moment($0))" } ?? model.name, model)
            }, uniquingKeysWith: { first, _ in first }
        )
    }

    private static func describe(_ model: ModelPrice) -> [String: String] {
        var parts = describe(model.prices)
        if !model.aliases.isEmpty { parts["aliases"] = model.aliases.sorted().joined(separator: ", ") }
        describe(model.contextTiers, within: "", into: &parts)
        for (name, tier) in model.serviceTiers {
            for (key, value) in describe(tier.prices) { parts["\(name) \(key)"] = value }
            describe(tier.contextTiers, within: "\(name) ", into: &parts)
        }
        for (kind, multipliers) in [("geography", model.geographyMultipliers), ("speed", model.speedMultipliers)] {
            for (name, factor) in multipliers { parts["\(kind) \(name)"] = "times \(factor)" }
        }
        for (dimension, price) in model.dollarsPerUnit { parts["unit of \(dimension)"] = "$\(price)" }
        if let until = model.effectiveUntil { parts["effective_until"] = moment(until) }
        return parts
    }

    private static func describe(_ prices: TokenPrices) -> [String: String] {
        var parts: [String: String] = [:]
        for tokenClass in TokenClass.allCases {
            if let price = prices[tokenClass] { parts[tokenClass.priceKey] = "$\(price) per million" }
        }
        return parts
    }

    private static func describe(
        _ tiers: [ModelPrice.ContextTier], within name: String, into parts: inout [String: String]
    ) {
        for tier in tiers {
            let bound = "\(name)\(tier.isInclusive ? "from" : "above") \(tier.tokens.counted("token"))"
            for (key, value) in describe(tier.prices) { parts["\(bound) \(key)"] = value }
        }
    }

    static func describe(_ policy: UnknownModelPolicy) -> String {
        switch policy {
        case .refuse: "refuse"
        case .record: "record"
        case .fallback(let prices):
            describe(prices).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
    }

    /// A moment as a day, with the time of day where it is not midnight.
    static func moment(_ moment: Timestamp) -> String {
        let civil = CivilTime(moment)
        let date = [civil.year, civil.month, civil.day].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: "-")
        if civil.microsecondOfDay == 0 { return date }
        let seconds = civil.microsecondOfDay / Timestamp.microsecondsPerSecond
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(date)T\(clock.joined(separator: ":"))Z"
    }
}
