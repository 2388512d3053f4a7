import ScripCore
import ScripJSON
import Synchronization

/// The catalog's versions, read by everyone and replaced whole when a version is added; and the price books, each read
/// once however many versions go with it.
public final class CatalogShelf: Sendable {
    private let shelf = Mutex(CatalogHistory([]))
    private let books = Mutex<[Hash: PriceBook]>([:])

    private let reading: Atomic<Bool>
    private let complete: Atomic<Bool>

    /// An empty shelf.
    /// - Parameter priceBooks: when versions get their price books, which take time to read.
    public init(priceBooks: PriceBookReading = .atOnce) {
        reading = Atomic(priceBooks == .atOnce)
        complete = Atomic(priceBooks == .atOnce)
    }

    /// All versions.
    public var history: CatalogHistory { shelf.withLock { $0 } }

    /// The number of the newest version; 0 before the first.
    var newestVersion: Int64 { history.versions.lazy.map(\.version).max() ?? 0 }

    /// All versions, read anew when the transaction knows of one that is not here: another instance may add a version
    /// at any time, and what is decided from then on must name it.
    func history(knownIn writing: any LedgerWriting) throws -> CatalogHistory {
        if let known = writing.knownCatalogVersion, known != newestVersion,
            let read = try catalogs(of: writing.catalogs(), in: writing)
        {
            replace(with: CatalogHistory(read.versions), complete: read.complete)
        }
        return history
    }

    /// Whether price books are to be read that have not been.
    var isAwaitingPriceBooks: Bool { reading.load(ordering: .acquiring) != hasPriceBooks }

    /// Whether every version has its price book.
    var hasPriceBooks: Bool { complete.load(ordering: .acquiring) }

    /// Makes the versions that are loaded from now on get their price books.
    func beginReadingPriceBooks() { reading.store(true, ordering: .releasing) }

    /// Replaces all versions, unless more of them are known already.
    /// - Parameter complete: whether every version has its price book.
    public func replace(with history: CatalogHistory, complete isComplete: Bool) {
        shelf.withLock { shelf in
            if hasPriceBooks && !isComplete { return }
            if history.versions.count < shelf.versions.count { return }
            shelf = history
            if isComplete { complete.store(true, ordering: .releasing) }
        }
    }

    /// The catalogs of stored versions, with their price books if these are to be read; `nil` when nothing is new.
    func catalogs(
        of stored: [StoredCatalog], in reader: any LedgerReading
    ) throws -> (versions: [Catalog], complete: Bool)? {
        let readsBooks = reading.load(ordering: .acquiring)
        let known = history.versions.map(\.version)
        if hasPriceBooks == readsBooks && stored.map(\.version) == known { return nil }
        return (try stored.map { try catalog(of: $0, in: reader) }, readsBooks)
    }

    /// Keeps a price book that was read.
    func keep(_ document: PriceBookDocument) {
        books.withLock { $0[document.digest] = document.book }
    }

    /// The catalog of a stored version, with its price book.
    func catalog(of stored: StoredCatalog, in reader: any LedgerReading) throws -> Catalog {
        let readsPriceBooks = reading.load(ordering: .acquiring)
        if hasPriceBooks == readsPriceBooks,
            let known = history.versions.first(where: { $0.version == stored.version })
        {
            return known
        }
        let damage = try reader.damage(of: stored)
        var catalog: Catalog
        do throws(CatalogProblem) {
            catalog = try damage == nil ? CatalogDocument.catalog(of: stored) : CatalogHistory.none
        } catch {
            catalog = CatalogHistory.none
            catalog.isDamaged = true
        }
        (catalog.version, catalog.effectiveAt) = (stored.version, stored.effectiveAt)
        if damage != nil { catalog.isDamaged = true }
        if !catalog.isDamaged { catalog.replacements = CatalogReplacements(text: stored.replacements) }
        if catalog.isDamaged || !readsPriceBooks { return catalog }
        guard let digest = stored.book else { return catalog }
        do {
            catalog.book = try book(digest, in: reader)
        } catch let error as StoreError where error.code == .damaged {
            catalog.isBookDamaged = true
        }
        return catalog
    }

    /// What is damaged of the versions, as sentences.
    public var damages: [String] {
        history.versions.compactMap { version in
            if version.isDamaged { return "version \(version.version) of the catalog" }
            return version.isBookDamaged ? "the price book of version \(version.version) of the catalog" : nil
        }
    }

    private func book(_ digest: Hash, in reading: any LedgerReading) throws -> PriceBook {
        if let known = books.withLock({ $0[digest] }) { return known }
        guard let text = try reading.priceBookDocument(digest) else {
            throw StoreError(.damaged, "The price book \(digest) is missing.")
        }
        let bytes = Array(text.utf8)
        if Hash(of: bytes) != digest { throw StoreError(.damaged, "The price book \(digest) is damaged.") }
        let book: PriceBook
        do {
            book = try PriceBook(json: JSONValue.parse(bytes))
        } catch {
            throw StoreError(.damaged, "The price book \(digest) cannot be read: \(error)")
        }
        books.withLock { $0[digest] = book }
        return book
    }
}
