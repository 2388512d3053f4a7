import ScripCore
import ScripJSON

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
        let stored = try await store.read { try $0.catalogs() }
        if stored.map(\.version) == catalogs.history.versions.map(\.version) { return }
        catalogs.replace(with: CatalogHistory(try stored.map { (version) in try CatalogDocument.catalog(of: version) }))
    }

    /// How many lines of what a catalog changes an audit record repeats.
    static let mostAuditedLines = 200

    /// Makes a document the catalog from now on, or only says what that would change.
    /// - Parameters:
    ///   - actor: who applies it, as the catalog's history says it; the origin's actor if absent.
    ///   - origin: who applies it and why, for the audit log.
    /// - Throws: ``CatalogProblem`` when the document is refused.
    public func applyCatalog(
        document: String, actor: String? = nil, isDryRun: Bool = false, origin: Origin = Origin()
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
                    actor: actor ?? origin.actor, document: document
                )
                try writing.append(stored)
                var origin = origin
                origin.actor = origin.actor ?? actor
                try writing.audit(Engine.change(to: stored, from: newest, diff: diff), by: origin, at: now)
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

    private static func change(
        to next: StoredCatalog, from newest: StoredCatalog?, diff: CatalogDiff
    ) -> AuditedChange {
        var members = AuditValues.catalog(next).objectValue?.members ?? []
        let lines = diff.lines.prefix(mostAuditedLines).map { JSONValue.string($0) }
        members.append(.init(name: "changes", value: .array(lines)))
        members.append(.init(name: "change_count", value: .number(String(diff.lines.count))))
        return AuditedChange(
            .catalogApplied, subject: String(next.version), before: newest.map(AuditValues.catalog),
            after: .object(JSONObject(members)))
    }
}
