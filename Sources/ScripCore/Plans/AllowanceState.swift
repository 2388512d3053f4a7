/// How an account stands with one recurring allowance.
public struct AllowanceState: Hashable, Sendable {
    /// How much the current period gives.
    public var amount: Allowance.Amount
    /// The current period.
    public var period: BillingPeriod
    /// How long periods are.
    public var every: Recurrence
    /// What was consumed of the current period's allowance.
    public var used: Credits

    /// An allowance in a period.
    public init(amount: Allowance.Amount, period: BillingPeriod, every: Recurrence, used: Credits = .zero) {
        self.amount = amount
        self.period = period
        self.every = every
        self.used = used
    }

    /// Whether nothing is taken from grants.
    public var isUnlimited: Bool { amount == .unlimited }
}
