extension Posting {
    /// Charges for usage that was recorded without a price, now that the catalog has one.
    ///
    /// The entry is about the one that recorded the usage, counts on that one's day, and adds nothing to how often and
    /// how much was used. Like all usage that happened, it may make debt.
    /// - Throws: ``Rejection/unknownModel`` while the catalog still has no price.
    mutating func rateLater(_ id: EntryID) throws(Rejection) {
        guard id.seq <= state.seq, let recorded = context.entry(id.seq), recorded.kind.isCharge else {
            throw .entryNotFound
        }
        guard let usage = recorded.usage, recorded.rating?.priced == .unrated else {
            throw .invalid(field: "entry", rule: "is not usage without a price")
        }
        if context.latestEntry(id.seq)?.kind == .charge {
            throw .invalid(field: "entry", rule: "already has a price")
        }
        if state.settings.isDemo {
            decision.isDemo = true
            return
        }
        let rating = try context.catalogs.rateLater(
            usage, happenedAt: recorded.effectiveAt, now: now, books: context.book)
        var entry = draft(.charge, of: rating.creditType, at: recorded.effectiveAt)
        entry.subject = id.seq
        entry.amount = try rating.amount.negated()
        entry.draws = state.typeBalance(of: rating.creditType).draws(
            taking: rating.amount, for: recorded.effectiveAt, context: context)
        entry.usage = usage
        entry.rating = rating
        try state.requireRoom(for: rating)
        decision.rating = rating
        answer(entry)
    }
}
