import ScripCore
import Synchronization

/// The catalog's versions, read by everyone and replaced whole when a version is added.
public final class CatalogShelf: Sendable {
    private let shelf = Mutex(CatalogHistory([]))

    /// An empty shelf.
    public init() {}

    /// All versions.
    public var history: CatalogHistory { shelf.withLock { $0 } }

    /// Replaces all versions, unless those that are here were read later: versions are only ever added.
    public func replace(with history: CatalogHistory) {
        shelf.withLock { if history.versions.count > $0.versions.count { $0 = history } }
    }
}
