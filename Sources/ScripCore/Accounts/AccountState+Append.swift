extension AccountState {
    /// Writes the next line: numbers it, applies it, notes the balance after it, and seals it into the chain.
    @discardableResult
    mutating func append(_ draft: Entry, to entries: inout [SealedEntry]) -> SealedEntry {
        var entry = settings.isErased ? draft.erased : draft
        entry.seq = seq + 1
        apply(entry)
        if let creditType = entry.creditType {
            let balance = balance(of: creditType)
            entry.postedAfter = balance.posted
            entry.availableAfter = balance.available
        }
        let sealed = SealedEntry(entry, after: lastHash)
        lastHash = sealed.hash
        entries.append(sealed)
        return sealed
    }

    /// What is missing between free credits and debt after credits came in: the movements that pay debt off.
    ///
    /// - Parameter incoming: a grant that the same entry makes, from which debt is paid too.
    func settlement(of creditType: CreditTypeID, incoming: GrantID? = nil, terms: GrantTerms? = nil) -> [Draw] {
        let balance = balance(of: creditType)
        guard balance.debt.isPositive else { return [] }
        if let incoming, let terms {
            return AccountState.settle(balance.debt, from: [(incoming, terms.source, terms.amount)])
        }
        return AccountState.settle(balance.debt, from: balance.grants.map { ($0.id, $0.terms.source, $0.free) })
    }

    /// The movements that pay `debt` from the given places in order.
    static func settle(_ debt: Credits, from places: [(GrantID, GrantSource, Credits)]) -> [Draw] {
        var draws: [Draw] = []
        var paid: Int64 = 0
        for (id, source, free) in places where free.isPositive && paid < debt.nanocredits {
            let part = min(free.nanocredits, debt.nanocredits - paid)
            draws.append(Draw(.grant(id, source), amount: Credits(nanocredits: part)))
            paid += part
        }
        if paid > 0 { draws.append(Draw(.debt, amount: Credits(nanocredits: -paid))) }
        return draws
    }
}
