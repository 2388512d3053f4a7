import ScripCore

/// A price book as a store keeps it, apart from its document.
public struct StoredPriceBook: Sendable, Hashable {
    /// The digest of its document, by which versions of the catalog name it.
    public var digest: Hash
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

    /// A price book.
    public init(
        digest: Hash, source: String, date: String, licence: String, recordedAt: Timestamp, actor: String?
    ) {
        self.digest = digest
        self.source = source
        self.date = date
        self.licence = licence
        self.recordedAt = recordedAt
        self.actor = actor
    }
}
