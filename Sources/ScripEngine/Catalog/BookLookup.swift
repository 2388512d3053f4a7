import ScripCore

/// Fetches price books that are not in memory in the transaction that needs them, and remembers when the store failed
/// to give one.
final class BookLookup {
    private let cache: CatalogCache
    private let reading: any LedgerReading
    private var failure: (any Error)?

    init(_ cache: CatalogCache, in reading: any LedgerReading) {
        self.cache = cache
        self.reading = reading
    }

    /// The price book of a version; `nil` when there is none, or it could not be read.
    /// - Throws: ``Rejection/priceBookDamaged(version:)``.
    func book(of version: Int64) throws(Rejection) -> PriceBook? {
        guard let (digest, kept, isDamaged) = cache.book(of: version) else { return nil }
        if isDamaged { throw .priceBookDamaged(version: version) }
        if let kept { return kept }
        do {
            let book = try PriceBook.kept(digest, in: reading)
            cache.keep(book, digest)
            return book
        } catch let error as StoreError where error.code == .damaged {
            cache.noteDamage(of: digest)
        } catch {
            failure = failure ?? error
            return nil
        }
        throw .priceBookDamaged(version: version)
    }

    /// To be called before anything that was decided is believed.
    /// - Throws: why a price book could not be read.
    func requireNoFailure() throws {
        if let failure { throw failure }
    }
}

extension Catalog {
    /// The same with its price book; one that is damaged says so.
    func withBook(_ lookup: BookLookup) -> Catalog {
        if !isBookAway { return self }
        var catalog = self
        do throws(Rejection) {
            if let book = try lookup.book(of: version) { catalog = with(book) }
        } catch {
            catalog.isBookDamaged = true
        }
        return catalog
    }
}

extension Engine {
    /// Prices something, and does it again in a transaction where a price book must be fetched.
    func pricing<R: Sendable>(
        _ body: @escaping @Sendable (PriceBookFetch) throws(Rejection) -> R
    ) async throws -> R {
        do {
            return try body { (_) throws(Rejection) in nil }
        } catch Rejection.priceBookAway {
            let cache = catalogs
            return try await store.read { reading in
                let lookup = BookLookup(cache, in: reading)
                let result = Result { () throws(Rejection) in
                    try body { (version) throws(Rejection) in try lookup.book(of: version) }
                }
                try lookup.requireNoFailure()
                return try result.get()
            }
        }
    }

    /// All versions; those that may price what happened at a moment with their price books, which are not kept for
    /// others.
    public func catalogs(pricingFrom moment: Timestamp) async throws -> CatalogHistory {
        let (cache, now) = (catalogs, clock.now())
        return try await store.read { reading in
            let (lookup, history) = (BookLookup(cache, in: reading), cache.history)
            let first = history.inForce(at: moment).effectiveAt
            let versions = history.versions.map { version in
                let isNeeded = version.effectiveAt >= first && version.effectiveAt <= now
                return isNeeded || version.version == history.inForce(at: now).version
                    ? version.withBook(lookup) : version
            }
            try lookup.requireNoFailure()
            return CatalogHistory(versions, enforcement: history.enforcement)
        }
    }
}
