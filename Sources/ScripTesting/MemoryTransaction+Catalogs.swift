import ScripCore
import ScripEngine

extension MemoryTransaction {
    func catalogs() throws -> [StoredCatalog] { ledger.catalogs }
    var knownCatalogVersion: Int64? { ledger.catalogs.last?.version ?? 0 }
    func newestCatalogVersion() throws -> Int64 { ledger.catalogs.last?.version ?? 0 }
    func catalog(version: Int64) throws -> StoredCatalog? { ledger.catalogs.first { $0.version == version } }
    func priceBooks(setAside: ((String) -> Void)?) throws -> [StoredPriceBook] { ledger.priceBooks.map(\.book) }

    func catalogOutlines(
        before version: Int64?, limit: Int, setAside: ((String) -> Void)?
    ) throws -> [StoredCatalog] {
        let earlier = ledger.catalogs.reversed().filter { $0.version < version ?? .max }
        return earlier.prefix(limit).map { catalog in
            var outline = catalog
            outline.document = ""
            return outline
        }
    }

    func priceBookDocument(_ digest: Digest) throws -> String? {
        ledger.priceBooks.first { $0.book.digest == digest }?.document
    }

    func append(_ catalog: StoredCatalog) throws { ledger.catalogs.append(catalog) }
    func append(_ book: StoredPriceBook, document: String) throws { ledger.priceBooks.append((book, document)) }
}
