import ScripCore

extension Engine {
    /// Loads the catalog's versions from the store, as another process may have added one.
    public func refreshCatalogs() async throws {
        let stored = try await store.read { try $0.catalogs() }
        if stored.map(\.version) == catalogs.history.versions.map(\.version) { return }
        catalogs.replace(with: CatalogHistory(try stored.map { try CatalogDocument.catalog(of: $0) }))
    }
}
