extension CatalogHistory {
    /// Prices usage by the version in force when it happened.
    ///
    /// Usage from before the first version is priced by the first one. What that version does not know, an action or a
    /// model, is priced by the earliest later one that does and that is in force now, so that usage which could not be
    /// priced when it came can be once the catalog has been mended. What it does know is never priced again.
    /// See `docs/decisions/0006-price-books.md`.
    /// - Parameters:
    ///   - now: when usage happened that does not say.
    ///   - books: fetches price books that are not in memory.
    /// - Throws: what the version in force then refuses.
    public func rate(
        _ usage: Usage, at now: Timestamp, books: PriceBookFetch = { (_) throws(Rejection) in nil }
    ) throws(Rejection) -> Rating {
        let moment = usage.occurredAt ?? now
        let then = inForce(at: moment)
        do throws(Rejection) {
            return try then.fetching(books) { (version) throws(Rejection) in try version.rate(usage, at: now) }
        } catch {
            guard error.isLackOfPrice, moment < now else { throw error }
            for later in versions where later.version > then.version && later.effectiveAt <= now {
                do throws(Rejection) {
                    return try later.fetching(books) { (version) throws(Rejection) in
                        try version.rate(usage, at: now)
                    }
                } catch {
                    if !error.isLackOfPrice { throw error }
                }
            }
            throw error
        }
    }

    /// Prices usage that was recorded without a price: by the version in force when it happened if that has one after
    /// all, else by the earliest later one in force now that does.
    /// - Throws: ``Rejection/unknownModel(provider:model:)`` while none has a price.
    func rateLater(
        _ usage: Usage, happenedAt: Timestamp, now: Timestamp, books: PriceBookFetch
    ) throws(Rejection) -> Rating {
        let then = inForce(at: happenedAt)
        let later = versions.filter { $0.version > then.version && $0.effectiveAt <= now }
        for version in [then] + later {
            do throws(Rejection) {
                let rating = try version.fetching(books) { (version) throws(Rejection) in
                    try version.rate(usage, at: happenedAt)
                }
                if rating.priced != .unrated { return rating }
            } catch {
                if !error.isLackOfPrice { throw error }
            }
        }
        throw .unknownModel(provider: usage.provider, model: usage.model ?? "")
    }
}

extension Rejection {
    /// Whether the catalog does not know what is to be priced, or how.
    fileprivate var isLackOfPrice: Bool {
        switch self {
        case .unknownAction, .unknownModel, .usageNotFinal: true
        default: false
        }
    }
}
