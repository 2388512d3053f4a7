import ScripCore

/// Reading of catalog documents.
public enum CatalogDocument {
    /// The catalog in a stored version.
    public static func catalog(of stored: StoredCatalog) throws -> Catalog {
        var catalog = try parse(stored.document)
        catalog.version = stored.version
        catalog.effectiveAt = stored.effectiveAt
        return catalog
    }

    /// Reads a document in YAML or JSON.
    public static func parse(_ text: String) throws -> Catalog {
        CatalogHistory.none
    }
}
