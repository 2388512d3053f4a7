/// How an account stands with one credit type.
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

    /// A balance with what it consists of.
    public init(
        creditType: CreditTypeID, grants: [Grant] = [], debt: Credits = .zero, heldOverage: Credits = .zero,
        allowance: AllowanceState? = nil
    ) {
        self.creditType = creditType
        self.grants = grants
        self.debt = debt
        self.heldOverage = heldOverage
        self.allowance = allowance
    }

    /// What the open grants still hold, less debt.
    public var posted: Credits {
        var total = -debt.nanocredits
        for grant in grants where !grant.isScheduled { total += grant.remaining.nanocredits }
        return Credits(nanocredits: total)
    }

    /// What open holds reserve.
    public var held: Credits {
        var total = heldOverage.nanocredits
        for grant in grants { total += grant.held.nanocredits }
        return Credits(nanocredits: total)
    }

    /// Posted less held.
    public var available: Credits {
        Credits(nanocredits: posted.nanocredits - held.nanocredits)
    }

    /// What charges and holds may take from grants now.
    public var free: Credits {
        var total: Int64 = 0
        for grant in grants { total += grant.free.nanocredits }
        return Credits(nanocredits: total)
    }

    /// What is free in nanocredits, less what holds beyond the balance will take of it; below 0 when that is more.
    var unreserved: Int64 { free.nanocredits - heldOverage.nanocredits }

    /// What is left of grants of each source.
    public func remaining(of source: GrantSource) -> Credits {
        var total: Int64 = 0
        for grant in grants where grant.terms.source == source && !grant.isScheduled {
            total += grant.remaining.nanocredits
        }
        return Credits(nanocredits: total)
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
