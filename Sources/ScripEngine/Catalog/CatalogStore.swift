import ScripCore

/// What can be read of versions of the catalog and of price books.
public protocol CatalogReading {
    /// All versions of the catalog, oldest first.
    func catalogs() throws -> [StoredCatalog]
    /// A version of the catalog.
    func catalog(version: Int64) throws -> StoredCatalog?
    /// The number of the catalog's newest version; 0 before the first.
    func newestCatalogVersion() throws -> Int64
    /// Versions of the catalog before one, or all, newest first, with nothing as their documents, which are not read.
    /// The numbers of those that are damaged are told, if anybody wants to know, and others come in their stead;
    /// otherwise they end it.
    func catalogOutlines(before version: Int64?, limit: Int, setAside: ((String) -> Void)?) throws -> [StoredCatalog]
    /// What is known of each price book, in the order in which they were recorded. The places of those that are damaged
    /// are told, if anybody wants to know; otherwise they end it.
    func priceBooks(setAside: ((String) -> Void)?) throws -> [StoredPriceBook]
    /// The document of the price book with a digest.
    func priceBookDocument(_ digest: Digest) throws -> String?
}

extension CatalogReading {
    /// What is known of each price book, in the order in which they were recorded, unless one is damaged.
    public func priceBooks() throws -> [StoredPriceBook] { try priceBooks(setAside: nil) }
}

/// Where versions of the catalog and price books are kept.
public protocol CatalogStore: CatalogReading {
    /// The number of the catalog's newest version, if other instances may add one at any time and the store has looked;
    /// 0 before the first.
    var knownCatalogVersion: Int64? { get }
    /// Appends a version of the catalog. The price book that it names, if any, has been appended before.
    func append(_ catalog: StoredCatalog) throws
    /// Appends a price book. None with its digest is kept yet.
    func append(_ book: StoredPriceBook, document: String) throws
}
