/// The credits of one type that a plan gives in each period.
public struct Allowance: Hashable, Sendable {
    /// How much: an amount or no limit.
    public enum Amount: Hashable, Sendable {
        /// So many credits each period.
        case limited(Credits)
        /// As much as is used.
        case unlimited
    }

    /// Which credits.
    public var creditType: CreditTypeID
    /// How much each period.
    public var amount: Amount
    /// How long a period is.
    public var every: Recurrence
    /// The most that unspent credits may carry into the next period; zero for none.
    public var rollover: Credits
    /// Whether the amount is for each seat of the subscription.
    public var isPerSeat: Bool

    /// Makes an allowance of a credit type.
    public init(
        creditType: CreditTypeID, amount: Amount, every: Recurrence, rollover: Credits, isPerSeat: Bool = false
    ) {
        self.creditType = creditType
        self.amount = amount
        self.every = every
        self.rollover = rollover
        self.isPerSeat = isPerSeat
    }
}

/// What an account may do, and which credits it gets.
public struct Plan: Hashable, Sendable {
    /// Which actions a plan allows, apart from any balance.
    public enum Entitlement: Hashable, Sendable {
        /// Every action of the catalog.
        case all
        /// Only these.
        case only(Set<ActionID>)
    }

    /// What happens to a charge beyond the balance.
    public enum Overage: Hashable, Sendable {
        /// It is refused.
        case block
        /// It is allowed as long as debt stays within the limit.
        case allow(limit: Credits)
    }

    /// From when the periods of a plan's allowances are counted.
    public enum Period: String, Hashable, Sendable, CaseIterable {
        /// From the account's anchor or the subscription's beginning.
        case anchor
        /// From the first of each month in the account's time zone.
        case calendar
    }

    /// Whether a period that begins while its payment is missing brings its allowance.
    public enum GraceAllowance: String, Hashable, Sendable, CaseIterable {
        /// The whole allowance.
        case full
        /// Nothing until it is paid for.
        case none
    }

    /// The longest time of grace, in days.
    public static let maxGraceDays = 366

    /// The id.
    public var id: PlanID
    /// The name shown to people.
    public var name: String
    /// What the plan gives, at most once per credit type.
    public var allowances: [Allowance]
    /// What it gives instead while a subscription is on trial; the same if absent.
    public var trialAllowances: [Allowance]?
    /// From when the periods of its allowances are counted.
    public var period: Period
    /// What the plan allows.
    public var actions: Entitlement
    /// What happens beyond the balance.
    public var overage: Overage
    /// For how many days the plan stays usable after a payment was missed.
    public var graceDays: Int
    /// Whether a period that begins in that time brings its allowance.
    public var graceAllowance: GraceAllowance
    /// The price, for display.
    public var price: Price?
    /// The payment provider's id of the price.
    public var providerPrice: String?

    /// Makes a plan from its parts.
    public init(
        id: PlanID, name: String, allowances: [Allowance], trialAllowances: [Allowance]? = nil,
        period: Period = .anchor, actions: Entitlement = .all,
        overage: Overage = .block, graceDays: Int = 0, graceAllowance: GraceAllowance = .full, price: Price? = nil,
        providerPrice: String? = nil
    ) {
        self.id = id
        self.name = name
        func counted(_ allowance: Allowance) -> Allowance {
            var counted = allowance
            if period == .calendar && allowance.every == .month { counted.every = .calendarMonth }
            return counted
        }
        self.allowances = allowances.map(counted)
        self.trialAllowances = trialAllowances?.map(counted)
        self.period = period
        self.actions = actions
        self.overage = overage
        self.graceDays = graceDays
        self.graceAllowance = graceAllowance
        self.price = price
        self.providerPrice = providerPrice
    }

    /// Whether money is asked for the plan, so that a subscription to it has periods of its own.
    public var isPaid: Bool { (price?.minorUnits ?? 0) > 0 || providerPrice != nil }

    /// Whether the plan allows an action.
    public func allows(_ action: ActionID) -> Bool {
        switch actions {
        case .all: true
        case .only(let allowed): allowed.contains(action)
        }
    }

    /// What the plan gives of a credit type.
    public func allowance(of creditType: CreditTypeID) -> Allowance? {
        allowances.first { $0.creditType == creditType }
    }
}

/// A price in money: whole minor units of an ISO 4217 currency.
public struct Price: Hashable, Sendable {
    /// For example cents.
    public var minorUnits: Int64
    /// The currency's code in lower case, for example `usd`.
    public var currency: String

    /// Makes a price in minor units of a currency.
    public init(minorUnits: Int64, currency: String) {
        self.minorUnits = minorUnits
        self.currency = currency
    }
}

extension Allowance.Amount {
    /// Whether this gives more than another.
    func isMore(than other: Allowance.Amount) -> Bool {
        switch (self, other) {
        case (.unlimited, .limited): true
        case (.limited(let credits), .limited(let others)): credits > others
        case (_, .unlimited): false
        }
    }
}
