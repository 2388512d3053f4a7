import ScripCore

/// Adds a catalog version after the newest one. Numbers ascend, and no version takes effect before an earlier one.
struct CatalogSuccession: Sendable {
    let now: Timestamp
    /// Who makes the version, and why.
    let origin: Origin
    /// From when the new version is to be in force; at once if absent.
    let stated: Timestamp?
    let isDryRun: Bool
    let cache: CatalogCache
    /// What takes the place of what the new version removes.
    var replacements: [CatalogReplacement] = []

    /// Refuses a stated moment at which a version cannot come into force.
    func requireMoment(after newest: StoredCatalog?) throws(Rejection) {
        guard let stated else { return }
        if stated <= now {
            throw refusal("must be in the future; leave it out to apply the version at once")
        }
        if stated > now.adding(seconds: Limits.foresightSeconds) {
            throw refusal("may be at most 3,660 days ahead")
        }
        guard let newest else {
            throw refusal("must be left out for the first version, which takes effect at once")
        }
        if stated < newest.effectiveAt {
            let moment = CatalogDiff.moment(newest.effectiveAt)
            throw refusal("must not be before \(moment), when version \(newest.version) takes effect")
        }
    }

    func unchanged(_ newest: StoredCatalog) -> CatalogApplication {
        CatalogApplication(
            version: newest.version, effectiveAt: newest.effectiveAt, isUnchanged: true, diff: CatalogDiff())
    }

    /// Counts who uses what the next version removes, and whom it concerns.
    /// - Throws: ``CatalogInUse`` when nothing takes the place of something that is in use.
    func census(
        of next: Catalog, after history: CatalogHistory, newest: StoredCatalog?, diff: CatalogDiff,
        in writing: any LedgerWriting
    ) throws -> (uses: [CatalogUse], changes: [AllowanceChange]) {
        var census = CatalogCensus(
            of: next, after: history, replacements: replacements, now: now, effectiveAt: try moment(after: newest))
        try census.take(in: writing)
        let uses = census.uses(replacements)
        let refused = uses.filter { $0.replacement == nil }
        if !refused.isEmpty { throw CatalogInUse(uses: refused, diff: diff) }
        return (uses, census.changes.filter { $0.accounts > 0 })
    }

    /// Writes the next version, and its price book where that is new; for a dry run, only says so.
    func append(
        document: String, book: Digest?, new bookDocument: PriceBookDocument?, after newest: StoredCatalog?,
        diff: CatalogDiff, in writing: any LedgerWriting
    ) throws -> CatalogApplication {
        let application = CatalogApplication(
            version: (newest?.version ?? 0).addingClamped(1), effectiveAt: try moment(after: newest),
            isUnchanged: false, diff: diff
        )
        if isDryRun { return application }
        if let bookDocument {
            if try writing.priceBookDocument(bookDocument.digest) == nil {
                try writing.append(
                    bookDocument.stored(recordedAt: now, actor: origin.actor), document: bookDocument.text)
            }
            cache.keep(bookDocument.book, bookDocument.digest)
        }
        let stored = StoredCatalog(
            version: application.version, effectiveAt: application.effectiveAt, recordedAt: now, actor: origin.actor,
            document: document, book: book,
            replacements: replacements.map(\.description).joined(separator: "\n")
        )
        try writing.append(stored)
        try writing.audit(Engine.change(to: stored, from: newest, diff: diff), by: origin, at: now)
        return application
    }

    /// From when the new version is in force.
    func moment(after newest: StoredCatalog?) throws(Rejection) -> Timestamp {
        if let stated { return stated }
        guard let newest, newest.effectiveAt > now else { return now }
        // A version that was in force at once is in the future only by another machine's clock.
        if newest.effectiveAt <= newest.recordedAt { return newest.effectiveAt }
        let moment = CatalogDiff.moment(newest.effectiveAt)
        throw refusal("must be stated, \(moment) or later, because version \(newest.version) is scheduled for then")
    }

    private func refusal(_ rule: String) -> Rejection { .invalid(field: "effective_at", rule: rule) }
}

extension Origin {
    /// The same, by an actor of this name unless it has one.
    func acting(as actor: String?) -> Origin {
        var origin = self
        origin.actor = origin.actor ?? actor
        return origin
    }
}
