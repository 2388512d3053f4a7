import Logging
import ScripCore
import ScripJSON

/// The result of applying a catalog document or importing a price book.
public struct CatalogApplication: Sendable, Hashable {
    /// The newest version afterwards; for a dry run, the one that would be.
    public var version: Int64
    /// From when that version is in force.
    public var effectiveAt: Timestamp
    /// Whether nothing changed.
    public var isUnchanged: Bool
    /// What changes from the version before.
    public var diff: CatalogDiff
    /// Who uses what is replaced.
    public var replaced: [CatalogUse] = []
    /// Which allowances of accounts change that are there already, and when.
    public var allowances: [AllowanceChange] = []
}

extension Engine {
    /// Loads the catalog's versions from the store, as another process may have added one.
    public func refreshCatalogs() async throws {
        let (cache, now) = (catalogs, clock.now())
        let reading = try await store.read { reading -> CatalogCache.Reading? in
            if try cache.isReady(at: now) && reading.newestCatalogVersion() == cache.newestVersion { return nil }
            return try cache.read(reading.catalogs(), in: reading, at: now)
        }
        guard let reading else { return }
        cache.take(reading)
        for damage in cache.damages {
            logger.error("In the database, \(damage) is damaged. Requests that need it are refused. See: scrip verify")
        }
    }

    /// How many lines of what a catalog changes an audit record repeats.
    static let maxAuditedEntries = 200

    /// Makes a document the catalog from now on or from a moment to come, or only says what that would change.
    ///
    /// The price book stays; when there is none yet, it is the shipped one from then on.
    /// - Parameters:
    ///   - actor: who applies it, as the catalog's history says it; the origin's actor if absent.
    ///   - replacements: what takes the place of what the document removes.
    ///   - origin: who applies it and why, for the audit log.
    /// - Throws: ``CatalogProblem`` when the document is refused; ``Rejection/invalid(field:rule:)`` for a moment that
    ///   a version cannot come into force at and for a replacement that cannot be; ``CatalogInUse`` when it removes
    ///   what is in use, for a dry run too.
    public func applyCatalog(
        document: String, actor: String? = nil, effectiveAt: Timestamp? = nil, isDryRun: Bool = false,
        replacements: [CatalogReplacement] = [], origin: Origin = Origin()
    ) async throws -> CatalogApplication {
        let parsed = try CatalogDocument.parse(document)
        try await readPriceBooks()
        let (cache, shippedBook) = (catalogs, shippedBook)
        let succession = CatalogSuccession(
            now: clock.now(), origin: origin.acting(as: actor), stated: effectiveAt, isDryRun: isDryRun, cache: cache,
            replacements: replacements)
        let application = try await store.write { writing in
            if !isDryRun { try writing.holdAccounts() }
            let stored = try writing.catalogs()
            let newest = stored.last
            try succession.requireMoment(after: newest)
            if let reading = try cache.read(stored, in: writing, at: succession.now) { cache.take(reading) }
            let history = cache.history
            let current = newest == nil ? CatalogHistory.none : history.latest
            var next = parsed
            next.book = current.book
            try next.require(replacements, after: history)
            let isKnown = replacements.allSatisfy { current.replacements.has($0) }
            if let newest, isKnown, CatalogDiff(from: current, to: next).isEmpty { return succession.unchanged(newest) }
            var pinned: PriceBookDocument?
            if newest?.book == nil, let shipped = try shippedBook?() {
                pinned = shipped
                next.book = shipped.book
            }
            var diff = CatalogDiff(from: current, to: next)
            diff.lines += replacements.map { "~ \($0.kind.words) \($0.old): replaced by \($0.new)" }
            let census = try succession.census(
                of: next, after: history, newest: newest, diff: diff, in: writing)
            var application = try succession.append(
                document: document, book: pinned?.digest ?? newest?.book, new: pinned, after: newest, diff: diff,
                in: writing
            )
            (application.replaced, application.allowances) = census
            return application
        }
        await learnOfVersion()
        return application
    }

    /// Makes a price book the one that models are priced by, from now on or from a moment to come: in a new version of
    /// the catalog with the document of the one before. Or only says what that would change.
    /// - Throws: ``Rejection/invalid(field:rule:)`` when there is no catalog yet, and for a moment that a version
    ///   cannot come into force at.
    public func importPrices(
        _ book: PriceBookDocument, actor: String? = nil, effectiveAt: Timestamp? = nil, isDryRun: Bool = false,
        origin: Origin = Origin()
    ) async throws -> CatalogApplication {
        try await readPriceBooks()
        let cache = catalogs
        let succession = CatalogSuccession(
            now: clock.now(), origin: origin.acting(as: actor), stated: effectiveAt, isDryRun: isDryRun, cache: cache)
        let application = try await store.write { writing in
            guard let newest = try writing.catalogs().last else {
                throw Rejection.invalid(field: "catalog", rule: "must be applied before prices can be imported")
            }
            try succession.requireMoment(after: newest)
            if newest.book == book.digest { return succession.unchanged(newest) }
            if let reading = try cache.read(writing.catalogs(), in: writing, at: succession.now) { cache.take(reading) }
            let lookup = BookLookup(cache, in: writing)
            let current = cache.history.latest.withBook(lookup)
            try lookup.requireNoFailure()
            if current.isDamaged { throw Rejection.catalogDamaged(version: current.version) }
            var next = current
            next = next.with(book.book)
            next.isBookDamaged = false
            let diff = CatalogDiff(from: current, to: next)
            if diff.isEmpty { return succession.unchanged(newest) }
            return try succession.append(
                document: newest.document, book: book.digest, new: book, after: newest, diff: diff, in: writing
            )
        }
        await learnOfVersion()
        return application
    }

    /// Loads the version that was just added. It is in force whether or not it can be read now; the next command or the
    /// next look for versions learns of it otherwise.
    func learnOfVersion() async {
        do {
            try await refreshCatalogs()
        } catch {
            warn("a version of the catalog was added, but is not loaded yet", error)
        }
    }

    /// All versions of the catalog, oldest first.
    public func catalogVersions() async throws -> [StoredCatalog] {
        try await store.read { try $0.catalogs() }
    }

    /// Some versions of the catalog without their documents, which are not read, newest first, with the numbers of
    /// those that lie among them and cannot be read.
    /// - Parameters:
    ///   - version: only those before this one; all if absent.
    ///   - limit: how many at most.
    public func catalogOutlines(
        before version: Int64? = nil, limit: Int
    ) async throws -> (versions: [StoredCatalog], damaged: [String]) {
        let page = try await readList(of: "version of the catalog") {
            try $0.catalogOutlines(before: version, limit: limit, setAside: $1)
        }
        return (page.found, page.damaged)
    }

    /// A version of the catalog; `nil` when there is none of that number.
    public func catalogVersion(_ version: Int64) async throws -> StoredCatalog? {
        try await store.read { try $0.catalog(version: version) }
    }

    /// The version of the catalog that is in force now; `nil` when there is none yet.
    public func catalogVersionInForce() async throws -> StoredCatalog? {
        try await catalogVersion(catalogInForce.version)
    }

    /// What is known of each price book that a version of the catalog names, by its digest. What cannot be read is set
    /// aside, with a line in the log.
    public func priceBooks() async throws -> [Digest: StoredPriceBook] {
        let books = try await readList(of: "price book") { try $0.priceBooks(setAside: $1) }.found
        return Dictionary(books.map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
    }

    static func change(
        to next: StoredCatalog, from newest: StoredCatalog?, diff: CatalogDiff
    ) -> AuditedChange {
        var members = AuditValues.catalog(next).objectValue?.members ?? []
        let lines = diff.lines.prefix(maxAuditedEntries).map { JSONValue.string($0) }
        members.append(.init(name: "changes", value: .array(lines)))
        members.append(.init(name: "change_count", value: .number(String(diff.lines.count))))
        return AuditedChange(
            .catalogApplied, subject: String(next.version), before: newest.map(AuditValues.catalog),
            after: .object(JSONObject(members)))
    }
}
