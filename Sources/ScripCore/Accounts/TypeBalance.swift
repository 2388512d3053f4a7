/// The state of an account's balance of one credit type.
public struct TypeBalance: Hashable, Sendable {
    /// Which credits.
    public let creditType: CreditTypeID
    /// The open grants, in burn order.
    public internal(set) var grants: [Grant]
    /// What was used beyond the balance.
    public internal(set) var debt: Credits
    /// How much open holds reserve beyond the balance.
    public internal(set) var heldOverage: Credits
    /// The recurring allowance, if the plan gives one.
    public internal(set) var allowance: AllowanceState?
    /// Lapsed allowances that may still pay for usage of their periods, oldest first.
    public internal(set) var lapsed: [LapsedAllowance]
    /// What was used in periods that still run, the present one among them unless others say more; empty when there is
    /// only the present one.
    public internal(set) var remembered: [UsedPeriod]

    /// A balance with what it consists of.
    public init(
        creditType: CreditTypeID, grants: [Grant] = [], debt: Credits = .zero, heldOverage: Credits = .zero,
        allowance: AllowanceState? = nil, remembered: [UsedPeriod] = [], lapsed: [LapsedAllowance] = []
    ) {
        self.creditType = creditType
        self.grants = grants
        self.debt = debt
        self.heldOverage = heldOverage
        self.allowance = allowance
        self.remembered = remembered
        self.lapsed = lapsed
    }

    /// What the open grants still hold, less debt.
    public var posted: Credits { Credits(clamping: exactlyPosted) }

    /// What open holds reserve.
    public var held: Credits { Credits(clamping: exactlyHeld) }

    /// Posted less held.
    public var available: Credits { Credits(clamping: exactlyPosted - exactlyHeld) }

    private var exactlyPosted: Int128 {
        var total = -Int128(debt.nanocredits)
        for grant in grants where !grant.isScheduled { total += Int128(grant.remaining.nanocredits) }
        return total
    }

    private var exactlyHeld: Int128 {
        var total = Int128(heldOverage.nanocredits)
        for grant in grants { total += Int128(grant.held.nanocredits) }
        return total
    }

    /// What charges and holds may take from grants now.
    public var free: Credits { Credits(clamping: exactlyFree) }

    private var exactlyFree: Int128 {
        var total: Int128 = 0
        for grant in grants { total += Int128(grant.free.nanocredits) }
        return total
    }

    /// The free nanocredits, less what holds beyond the balance will take; negative if that is more.
    var unreserved: Int128 { exactlyFree - Int128(heldOverage.nanocredits) }

    /// What is left of grants of each source.
    public func remaining(of source: GrantSource) -> Credits {
        var total: Int128 = 0
        for grant in grants where grant.terms.source == source && !grant.isScheduled {
            total += Int128(grant.remaining.nanocredits)
        }
        return Credits(clamping: total)
    }

    /// How much more its grants may hold, those that wait or only serve holds included.
    var room: Credits {
        var left = Int128(Credits.largestHolding.nanocredits)
        for grant in grants { left -= Int128(grant.remaining.nanocredits) }
        return Credits(clamping: max(0, left))
    }

    /// How much more debt and holds beyond the balance may come to.
    var roomForDebt: Credits {
        let taken = Int128(debt.nanocredits) + Int128(heldOverage.nanocredits)
        return Credits(clamping: max(0, Int128(Credits.largestHolding.nanocredits) - taken))
    }

    /// Whether charges draw on no grant.
    public var isUnlimited: Bool { allowance?.isUnlimited ?? false }

    func index(of id: GrantID) -> Int? { grants.firstIndex { $0.id == id } }

    mutating func insert(_ grant: Grant) {
        let place = grants.firstIndex { Grant.paysBefore(grant, $0) } ?? grants.endIndex
        grants.insert(grant, at: place)
    }

    /// Takes an amount from the free credits in burn order, and the rest from debt; or from nothing when unlimited.
    func draws(taking amount: Credits) -> [Draw] {
        if amount.isZero { return [] }
        if isUnlimited { return [Draw(.unlimited, amount: amount)] }
        var draws: [Draw] = []
        var rest = amount.nanocredits
        for grant in grants where rest > 0 {
            let taken = min(grant.free.nanocredits, rest)
            if taken <= 0 { continue }
            draws.append(Draw(.grant(grant.id, grant.terms.source), amount: Credits(nanocredits: taken)))
            rest -= taken
        }
        if rest > 0 { draws.append(Draw(.debt, amount: Credits(nanocredits: rest))) }
        return draws
    }
}
