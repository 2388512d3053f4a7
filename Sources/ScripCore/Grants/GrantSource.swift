/// Where a grant's credits came from.
public enum GrantSource: String, Hashable, Sendable, CaseIterable {
    /// A plan's recurring allowance.
    case monthly
    /// What was left of an allowance and carried into the next period.
    case rollover
    /// Given away for a purpose, usually with an end.
    case promotional
    /// Given as a gift.
    case bonus
    /// Returned from a charge whose own grant has expired.
    case refund
    /// Added by hand, with a reason.
    case adjustment
    /// Bought.
    case purchased

    /// Which source pays first when the catalog does not say.
    public static let defaultBurnOrder: [GrantSource] = [
        .monthly, .rollover, .promotional, .bonus, .refund, .adjustment, .purchased,
    ]
}
