import ScripCore

/// What another process, or another instance, wrote.
public enum StoreChange: Sendable, Hashable {
    /// A version of the catalog.
    case catalog
    /// Entries or profiles of these accounts.
    case accounts(Set<AccountID>)
    /// Anything or nothing: the store does not know, or may have missed something.
    case unknown
}
