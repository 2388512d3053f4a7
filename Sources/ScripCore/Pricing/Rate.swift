/// How an action's usage becomes credits.
public enum Rate: Hashable, Sendable {
    /// So many credits each time.
    case fixed(Credits)
    /// So many credits for so many tokens, input and output alike; exact shares, rounded once.
    case perTokens(tokens: Int64, credits: Credits, rounding: Rounding)
    /// So many credits for each unit of a named dimension.
    case perUnit(dimension: String, credits: Credits, rounding: Rounding)
    /// A cost in dollars each time, times a markup, turned into credits by the credit type's value.
    case compute(cost: Dollars, markup: Markup, rounding: Rounding)
    /// What the model's tokens cost in dollars by the price book, times a markup, turned into credits by the credit
    /// type's value; at least a minimum for each charge.
    case modelTokens(markup: Markup, minimum: Credits, rounding: Rounding)
    /// What the provider says that the call cost in dollars, or the caller, times a markup, turned into credits by the credit
    /// type's value; at least a minimum for each charge. Where nobody says it, usage is priced as by ``modelTokens`` with
    /// another markup, or refused where there is none.
    case reportedCost(markup: Markup, minimum: Credits, fallback: Markup?, rounding: Rounding)

    /// Whether the amount depends on what was counted, and not only on how often.
    var goesByCounts: Bool {
        switch self {
        case .fixed, .compute: false
        case .perTokens, .perUnit, .modelTokens, .reportedCost: true
        }
    }
}
