import ScripCore

extension Engine {
    /// Makes a new version of the catalog in which one action costs something else, and all else stays as it is
    /// written.
    /// - Parameter actor: who, and in which act; an act that made a version already makes no second one.
    /// - Throws: ``CatalogProblem`` when the action's rate is no cost, or cannot be found in the document;
    ///   ``Rejection/unknownAction(_:)``, and ``Rejection/invalid(field:rule:)`` while a later version is scheduled.
    public func reviseCost(
        of action: ActionID, to cost: Dollars, actor: String
    ) async throws -> CatalogApplication {
        let cache = catalogs
        let succession = CatalogSuccession(
            now: clock.now(), origin: Origin(actor: actor), stated: nil, isDryRun: false, cache: cache)
        let application = try await store.write { writing in
            let versions = try writing.catalogs()
            guard let newest = versions.last else { throw Rejection.unknownAction(action) }
            if versions.contains(where: { $0.actor == actor }) { return succession.unchanged(newest) }
            if let reading = try cache.read(versions, in: writing, at: succession.now) { cache.take(reading) }
            let current = cache.history.latest
            let document = try CostRevision(action: action, cost: cost).applied(to: newest.document)
            var next = try CatalogDocument.parse(document)
            (next.book, next.isBookAway, next.bookOutline) = (current.book, current.isBookAway, current.bookOutline)
            let diff = CatalogDiff(from: current, to: next)
            if diff.isEmpty { return succession.unchanged(newest) }
            return try succession.append(
                document: document, book: newest.book, new: nil, after: newest, diff: diff, in: writing)
        }
        await learnOfVersion()
        return application
    }
}
