import ScripCore

/// A version of the catalog as a store keeps it.
public struct StoredCatalog: Sendable, Hashable {
    /// The version's number, from 1.
    public var version: Int64
    /// From when it is in force.
    public var effectiveAt: Timestamp
    /// When it was applied.
    public var recordedAt: Timestamp
    /// Who applied it.
    public var actor: String?
    /// The document, as it was given.
    public var document: String
    /// The digest of the price book that goes with it; `nil` for none.
    public var book: Digest?
    /// What takes the place of what it no longer has, as ``CatalogReplacements/text``; empty for nothing.
    public var replacements: String

    /// Makes a version as a store keeps it.
    public init(
        version: Int64, effectiveAt: Timestamp, recordedAt: Timestamp, actor: String?, document: String,
        book: Digest? = nil, replacements: String = ""
    ) {
        self.version = version
        self.effectiveAt = effectiveAt
        self.recordedAt = recordedAt
        self.actor = actor
        self.document = document
        self.book = book
        self.replacements = replacements
    }
}

/// A price book as a store keeps it, apart from its document.
public struct StoredPriceBook: Sendable, Hashable {
    /// The digest of its document, by which versions of the catalog name it.
    public var digest: Digest
    /// Where the prices come from.
    public var source: String
    /// As of which date, as `2026-11-21`.
    public var date: String
    /// Under which licence; empty when that is not said.
    public var licence: String
    /// When it was recorded.
    public var recordedAt: Timestamp
    /// Who recorded it.
    public var actor: String?

    /// Makes what a store keeps beside a price book's document.
    public init(
        digest: Digest, source: String, date: String, licence: String, recordedAt: Timestamp, actor: String?
    ) {
        self.digest = digest
        self.source = source
        self.date = date
        self.licence = licence
        self.recordedAt = recordedAt
        self.actor = actor
    }
}
