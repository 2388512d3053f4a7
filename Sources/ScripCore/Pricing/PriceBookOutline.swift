/// What stays in memory of a price book that does not: enough to know that it has no price for a name.
public struct PriceBookOutline: Hashable, Sendable {
    /// As of which date the prices are.
    public let date: String
    private let names: Set<Int>
    private let hasPatterns: Bool

    init(date: String, names: some Sequence<String>, hasPatterns: Bool) {
        self.date = date
        self.names = Set(names.map(\.hashValue))
        self.hasPatterns = hasPatterns
    }

    /// Whether the book may have a price for a spelling of a name; `false` is certain.
    func mayHave(_ name: ModelNames.Spelling) -> Bool { hasPatterns || names.contains(name.model.hashValue) }
}

extension Catalog {
    /// The same with its price book.
    public func with(_ book: PriceBook) -> Catalog {
        var catalog = self
        catalog.book = book
        (catalog.isBookAway, catalog.bookOutline) = (false, nil)
        return catalog
    }

    /// Refuses to go on without the price book where it may say something of what was used.
    /// - Throws: ``Rejection/priceBookAway(version:)``.
    func requireBook(for usage: Usage) throws(Rejection) {
        if !isBookAway { return }
        guard let bookOutline else { throw .priceBookAway(version: version) }
        for call in usage.modelCalls {
            var names = ModelNames(provider: call.provider, model: call.model)
            while let name = names.next() {
                if bookOutline.mayHave(name) { throw .priceBookAway(version: version) }
            }
        }
    }

    /// Does what needs the price book, and does it again with the book where that has to be fetched.
    func fetching<R>(
        _ books: PriceBookFetch, _ body: (Catalog) throws(Rejection) -> R
    ) throws(Rejection) -> R {
        do throws(Rejection) {
            return try body(self)
        } catch {
            guard case .priceBookAway(version) = error, let book = try books(version) else { throw error }
            return try body(with(book))
        }
    }
}

/// Fetches the price book of a version that is not in memory; gives `nil` where it cannot.
public typealias PriceBookFetch = (_ version: Int64) throws(Rejection) -> PriceBook?
