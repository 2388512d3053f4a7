import ScripCore
import ScripJSON
import Synchronization

/// The catalog's versions, read by everyone and replaced whole when a version is added; and the price books, each read
/// once however many versions go with it.
public final class CatalogShelf: Sendable {
    private let shelf = Mutex(CatalogHistory([]))
    private let books = Mutex<[Hash: PriceBook]>([:])

    private let readsPriceBooks: Bool

    /// An empty shelf.
    /// - Parameter readsPriceBooks: whether versions get their price books, which take time to read.
    public init(readsPriceBooks: Bool = true) {
        self.readsPriceBooks = readsPriceBooks
    }

    /// All versions.
    public var history: CatalogHistory { shelf.withLock { $0 } }

    /// The number of the newest version; 0 before the first.
    var newestVersion: Int64 { history.versions.lazy.map(\.version).max() ?? 0 }

    /// All versions, read anew when the transaction knows of one that is not here: another instance may add a version
    /// at any time, and what is decided from then on must name it.
    func history(knownIn writing: any LedgerWriting) throws -> CatalogHistory {
        if let known = writing.knownCatalogVersion, known != newestVersion {
            replace(with: CatalogHistory(try writing.catalogs().map { try catalog(of: $0, in: writing) }))
        }
        return history
    }

    /// Replaces all versions, unless more of them are known already.
    public func replace(with history: CatalogHistory) {
        shelf.withLock { shelf in
            if history.versions.count >= shelf.versions.count { shelf = history }
        }
    }

    /// Keeps a price book that was read.
    func keep(_ document: PriceBookDocument) {
        books.withLock { $0[document.digest] = document.book }
    }

    /// The catalog of a stored version, with its price book.
    func catalog(of stored: StoredCatalog, in reading: any LedgerReading) throws -> Catalog {
        if let known = history.versions.first(where: { $0.version == stored.version }) { return known }
        var catalog = try CatalogDocument.catalog(of: stored)
        if readsPriceBooks, let digest = stored.book { catalog.book = try book(digest, in: reading) }
        return catalog
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
