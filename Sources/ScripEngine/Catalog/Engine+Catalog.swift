import ScripCore

/// What applying a catalog document came to.
public struct CatalogApplication: Sendable, Hashable {
    /// The version in force afterwards; for a dry run, the one that would be.
    public var version: Int64
    /// Whether the document says what already is.
    public var isUnchanged: Bool
    /// What changes.
    public var diff: CatalogDiff
}

extension Engine {
    /// Loads the catalog's versions from the store, as another process may have added one.
    public func refreshCatalogs() async throws {
        let known = catalogs.newestVersion
        let stored = try await store.read { reading in
            try reading.newestCatalogVersion() == known ? nil : try reading.catalogs()
        }
        if let stored { try catalogs.replace(with: stored) }
    }

    /// Makes a document the catalog from now on, or only says what that would change.
    /// - Throws: ``CatalogProblem`` when the document is refused.
    public func applyCatalog(
        document: String, actor: String? = nil, isDryRun: Bool = false
    ) async throws -> CatalogApplication {
        let next = try CatalogDocument.parse(document)
        let now = clock.now()
        let application = try await store.write { writing in
            let versions = try writing.catalogs()
            let newest = versions.last
            let current =
                try newest.map { (version) in try CatalogDocument.catalog(of: version) } ?? CatalogHistory.none
            let diff = CatalogDiff(from: current, to: next)
            if newest != nil && diff.isEmpty {
                return CatalogApplication(version: current.version, isUnchanged: true, diff: diff)
            }
            let version = (newest?.version ?? 0) + 1
            if !isDryRun {
                let stored = StoredCatalog(
                    version: version, effectiveAt: max(now, newest?.effectiveAt ?? now), recordedAt: now,
                    actor: actor, document: document
                )
                try writing.append(stored)
            }
            return CatalogApplication(version: version, isUnchanged: false, diff: diff)
        }
        try await refreshCatalogs()
        return application
    }

    /// All versions of the catalog, oldest first.
    public func catalogVersions() async throws -> [StoredCatalog] {
        try await store.read { try $0.catalogs() }
    }
}
