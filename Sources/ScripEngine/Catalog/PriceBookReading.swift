import ScripCore

/// When an engine reads the price books of the catalog's versions. Each takes a tenth of a second.
public enum PriceBookReading: Sendable {
    /// Before anything else, so that no command waits for them. For servers, and for verbs that read the catalog.
    case atOnce
    /// Before the first command or question whose answer depends on them. For programs that do one thing.
    case whenNeeded
}

extension Engine {
    /// Reads the price books that were left for later, if what somebody wants may be priced by them.
    func readPriceBooks(for intents: some Sequence<Intent>) async throws {
        if catalogs.readsBooks || !intents.contains(where: \.mayNeedPriceBooks) { return }
        try await readPriceBooks()
    }

    /// Reads the price books that were left for later.
    func readPriceBooks() async throws {
        if catalogs.readsBooks { return }
        catalogs.beginReadingPriceBooks()
        try await refreshCatalogs()
    }
}

extension Intent {
    /// Whether what it comes to may depend on what a model costs.
    fileprivate var mayNeedPriceBooks: Bool {
        switch self {
        case .charge(let usage), .track(let usage), .hold(let usage, _): usage.model != nil
        // The hold may have named a model; an amount outright or the held amount has no counts to price.
        case .capture(_, let order): order.usage != nil
        case .rateLater: true
        case .putAccount, .grant, .voidGrant, .takeBack, .release, .extend, .refund, .adjust, .subscribe,
            .subscription:
            false
        }
    }
}
