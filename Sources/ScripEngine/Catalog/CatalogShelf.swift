import ScripCore
import Synchronization

/// The catalog's versions, read by everyone and replaced whole when a version is added.
public final class CatalogShelf: Sendable {
    private let shelf = Mutex(CatalogHistory([]))

    /// An empty shelf.
    public init() {}

    /// All versions.
    public var history: CatalogHistory { shelf.withLock { $0 } }

    /// The number of the newest version; 0 before the first.
    var newestVersion: Int64 { history.versions.lazy.map(\.version).max() ?? 0 }

    /// All versions, read anew when the transaction knows of one that is not here: another instance may add a version
    /// at any time, and what is decided from then on must name it.
    func history(knownIn writing: any LedgerWriting) throws -> CatalogHistory {
        if let known = writing.knownCatalogVersion, known != newestVersion { try replace(with: writing.catalogs()) }
        return history
    }

    /// Replaces all versions by those that a store keeps.
    func replace(with stored: [StoredCatalog]) throws {
        replace(with: CatalogHistory(try stored.map { (version) in try CatalogDocument.catalog(of: version) }))
    }

    /// Replaces all versions.
    public func replace(with history: CatalogHistory) { shelf.withLock { $0 = history } }
}
