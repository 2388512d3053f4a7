extension Posting {
    /// Writes the entry that says that the entries before it were erased and chained anew.
    mutating func closeErasure(replacing replaced: Digest) {
        var entry = draft(.erasure)
        var closed = state.settings
        (closed.isSuspended, closed.isErased) = (true, true)
        entry.settings = closed
        entry.replacedDigest = replaced
        entry.actor = origin.actor
        append(entry)
    }
}

extension AccountState {
    /// Writes the entry that says that the entries before it were erased and chained anew. From then on the account
    /// takes no texts, and nothing can be taken from it or reserved.
    /// - Parameter replaced: the digest that the last entry had before.
    public mutating func closeErasure(
        replacing replaced: Digest, origin: Origin, at now: Timestamp
    ) -> [SealedEntry] {
        // No catalog has a say in it.
        let context = DecisionContext(now: now, catalogs: CatalogHistory([]))
        return post(origin: origin, context: context) { $0.closeErasure(replacing: replaced) }.entries
    }
}
