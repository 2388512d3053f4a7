/// Credits to take back because what was paid for them went back.
public struct TakeBackOrder: Hashable, Sendable {
    /// Which credits.
    public var creditType: CreditTypeID
    /// The grants the credits were given in.
    public var grants: [GrantID]
    /// How much at most.
    public var amount: Credits
    /// Whether what the grants no longer hold is taken from other credits, and becomes debt where there are none.
    public var allowsDebt: Bool
    /// Why.
    public var reason: String

    /// Credits to take back.
    public init(creditType: CreditTypeID, grants: [GrantID], amount: Credits, allowsDebt: Bool, reason: String) {
        self.creditType = creditType
        self.grants = grants
        self.amount = amount
        self.allowsDebt = allowsDebt
        self.reason = reason
    }
}

extension AccountState {
    /// Takes credits back from certain grants.
    ///
    /// What is free there goes first. What open holds reserve there counts as left, but cannot be drawn: as much is
    /// taken elsewhere, or becomes debt. What was used is taken elsewhere only when the order allows debt.
    /// Nothing is written when nothing is left to take.
    mutating func takeBack(
        _ order: TakeBackOrder, origin: Origin, context: DecisionContext
    ) throws(Rejection) -> Decision {
        try Limits.requirePositiveMovement(order.amount, field: "amount")
        try Limits.requireLength(order.reason, field: "reason", bytes: Limits.textBytes)
        var rest = order.amount.nanocredits
        var held: Int128 = 0
        var own = Entry(
            kind: .grantVoided, creditType: order.creditType, effectiveAt: context.now, recordedAt: context.now)
        for grant in balance(of: order.creditType).grants where order.grants.contains(grant.id) && rest > 0 {
            let part = min(grant.free.nanocredits, rest)
            if part > 0 {
                own.draws.append(Draw(.grant(grant.id, grant.terms.source), amount: Credits(nanocredits: part)))
                own.subject = own.subject ?? grant.id.seq
                rest -= part
            }
            held += Int128(grant.held.nanocredits)
        }
        own.amount = Credits(nanocredits: rest - order.amount.nanocredits)
        own.reason = order.reason
        let elsewhere = order.allowsDebt ? rest : Int64(clamping: min(Int128(rest), held))
        var decision = Decision()
        if own.subject != nil {
            if elsewhere == 0 {
                answer(own, origin: origin, decision: &decision)
            } else {
                append(own, to: &decision.entries)
            }
        }
        if elsewhere > 0 {
            try takeElsewhere(
                Credits(nanocredits: elsewhere), order: order, origin: origin, context: context, decision: &decision)
        }
        return decision
    }

    private mutating func takeElsewhere(
        _ amount: Credits, order: TakeBackOrder, origin: Origin, context: DecisionContext, decision: inout Decision
    ) throws(Rejection) {
        var balance = balance(of: order.creditType)
        if amount > balance.roomForDebt { throw .amountOutOfRange(field: "amount") }
        balance.allowance = nil
        var entry = Entry(
            kind: .adjustment, creditType: order.creditType, effectiveAt: context.now, recordedAt: context.now)
        entry.subject = order.grants.first?.seq
        entry.amount = try amount.negated()
        entry.draws = balance.draws(taking: amount)
        entry.reason = order.reason
        answer(entry, origin: origin, decision: &decision)
    }
}
