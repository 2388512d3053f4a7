/// An account's balance of one credit type at a moment, as callers see it.
public struct Balance: Hashable, Sendable {
    /// Which credits.
    public var creditType: CreditTypeID
    /// Posted less held. Only debt can make it negative.
    public var available: Credits
    /// What the open grants still hold, less debt.
    public var posted: Credits
    /// What open holds reserve.
    public var held: Credits
    /// What was used beyond the balance.
    public var debt: Credits
    /// What is left by source; adds up to posted + debt.
    public var sources: [GrantSource: Credits]
    /// The recurring allowance, if there is one.
    public var allowance: AllowanceState?
    /// The open grants in burn order.
    public var grants: [Grant]

    /// Whether charges draw on no grant.
    public var isUnlimited: Bool { allowance?.isUnlimited ?? false }

    init(_ balance: TypeBalance) {
        creditType = balance.creditType
        available = balance.available
        posted = balance.posted
        held = balance.held
        debt = balance.debt
        allowance = balance.allowance
        grants = balance.grants
        sources = [:]
        for source in GrantSource.allCases { sources[source] = balance.remaining(of: source) }
    }
}

extension AccountState {
    /// The balance of one credit type as of the last advance.
    public func balance(of creditType: CreditTypeID) -> Balance { Balance(typeBalance(of: creditType)) }

    /// The balances of all credit types that the account has ever had.
    public var balances: [Balance] { typeBalances.map { Balance($0) } }
}
