import ScripCore
import ScripJSON
import Synchronization

/// The catalog's versions, read by everyone and replaced whole when a version is added.
///
/// Of their price books, which take much memory, only those of the version in force, of the newest one and of a few
/// others that were needed lately are kept; see `docs/decisions/0023-books-when-needed.md`.
public final class CatalogCache: Sendable {
    /// How many price books are kept besides those of the version in force and of the newest one.
    static let maxOldBooks = 3

    private struct Content {
        var history: CatalogHistory
        /// The digest of each version's price book.
        var digests: [Int64: Digest] = [:]
        var books: [Digest: PriceBook] = [:]
        /// What is known of the names in books that have been read.
        var outlines: [Digest: PriceBookOutline] = [:]
        var damaged: Set<Digest> = []
        /// The books that may be let go, the one that was needed longest ago first.
        var old: [Digest] = []
        /// The books that are never let go.
        var current: Set<Digest> = []
        var readsBooks: Bool
    }

    /// What a store has of the versions.
    struct Reading: Sendable {
        fileprivate var versions: [Catalog]
        fileprivate var digests: [Int64: Digest]
        fileprivate var current: Set<Digest>
        fileprivate var books: [Digest: PriceBook] = [:]
        fileprivate var damaged: Set<Digest> = []
    }

    private let content: Mutex<Content>
    private let enforcement: AccountSettings.Enforcement

    /// An empty cache.
    /// - Parameters:
    ///   - priceBooks: when the price books are read of the versions that decide now.
    ///   - enforcement: whether refusals for entitlement or balance are carried out at all.
    public init(
        priceBooks: PriceBookReading = .atOnce, enforcement: AccountSettings.Enforcement = .enforce
    ) {
        self.enforcement = enforcement
        let history = CatalogHistory([], enforcement: enforcement)
        content = Mutex(Content(history: history, readsBooks: priceBooks == .atOnce))
    }

    /// All versions.
    public var history: CatalogHistory { content.withLock { $0.history } }

    /// How many price books are in memory.
    public var bookCount: Int { content.withLock { $0.books.count } }

    /// The number of the newest version; 0 before the first.
    var newestVersion: Int64 { history.versions.lazy.map(\.version).max() ?? 0 }

    /// All versions, read anew when the transaction knows of one that is not here: another instance may add a version
    /// at any time, and what is decided from then on must name it.
    func history(knownIn writing: any LedgerWriting, at now: Timestamp) throws -> CatalogHistory {
        if let known = writing.knownCatalogVersion, known != newestVersion,
            let reading = try read(writing.catalogs(), in: writing, at: now)
        {
            take(reading)
        }
        return history
    }

    /// All versions that a reading transaction sees, read anew when it sees one that is not here.
    func history(keptIn reading: any LedgerReading, at now: Timestamp) throws -> CatalogHistory {
        if try reading.newestCatalogVersion() != newestVersion,
            let found = try read(reading.catalogs(), in: reading, at: now)
        {
            take(found)
        }
        return history
    }

    /// Whether the price books that decide at a moment have been read, or need not be.
    func isReady(at now: Timestamp) -> Bool {
        content.withLock { content in
            if !content.readsBooks { return true }
            return CatalogCache.current(content.history, content.digests, at: now).allSatisfy {
                content.books[$0] != nil || content.damaged.contains($0)
            }
        }
    }

    /// Whether price books are read before they are needed.
    var readsBooks: Bool { content.withLock { $0.readsBooks } }

    /// Has the price books read that decide now, and those of versions to come.
    func beginReadingPriceBooks() { content.withLock { $0.readsBooks = true } }

    /// Replaces all versions, unless more of them are known already.
    public func replace(with history: CatalogHistory) {
        content.withLock { if history.versions.count >= $0.history.versions.count { $0.history = history } }
    }

    /// Reads stored versions, and the price books that decide at a moment if these are to be read; `nil` when nothing
    /// is new.
    func read(_ stored: [StoredCatalog], in reader: any LedgerReading, at now: Timestamp) throws -> Reading? {
        let before = content.withLock { $0 }
        let isSame = before.history.versions.map(\.version) == stored.map(\.version)
        if isSame && isReady(at: now) { return nil }
        let known = Dictionary(before.history.versions.map { ($0.version, $0) }) { first, _ in first }
        let versions = try stored.map { try known[$0.version] ?? catalog(of: $0, in: reader) }
        let pairs = stored.compactMap { stored in stored.book.map { (stored.version, $0) } }
        let digests = Dictionary(pairs) { first, _ in first }
        var reading = Reading(
            versions: versions, digests: digests,
            current: CatalogCache.current(CatalogHistory(versions), digests, at: now))
        if !before.readsBooks { return reading }
        for digest in reading.current where before.books[digest] == nil && !before.damaged.contains(digest) {
            do {
                reading.books[digest] = try PriceBook.kept(digest, in: reader)
            } catch let error as StoreError where error.code == .damaged {
                reading.damaged.insert(digest)
            }
        }
        return reading
    }

    /// Takes over what was read, unless more versions are known already.
    func take(_ reading: Reading) {
        content.withLock { content in
            if reading.versions.count < content.history.versions.count { return }
            let left = content.current.subtracting(reading.current).filter { content.books[$0] != nil }
            content.digests = reading.digests
            content.current = reading.current
            content.damaged.formUnion(reading.damaged)
            content.old.removeAll { reading.current.contains($0) }
            content.old += left
            for (digest, book) in reading.books { CatalogCache.put(book, digest, in: &content) }
            assemble(reading.versions, in: &content)
        }
    }

    /// Keeps a price book that was read.
    func keep(_ book: PriceBook, _ digest: Digest) {
        content.withLock { content in
            CatalogCache.put(book, digest, in: &content)
            if !content.current.contains(digest) {
                content.old.removeAll { $0 == digest }
                content.old.append(digest)
            }
            assemble(content.history.versions, in: &content)
        }
    }

    /// Notes that a price book is not as it was written.
    func noteDamage(of digest: Digest) {
        content.withLock { content in
            content.damaged.insert(digest)
            assemble(content.history.versions, in: &content)
        }
    }

    /// The price book of a version, if it is in memory, and its digest.
    func book(of version: Int64) -> (digest: Digest, book: PriceBook?, isDamaged: Bool)? {
        content.withLock { content in
            content.digests[version].map { ($0, content.books[$0], content.damaged.contains($0)) }
        }
    }

    /// Notes that versions have priced something just now.
    func used(_ versions: Set<Int64>) {
        content.withLock { content in
            for digest in Set(versions.compactMap { content.digests[$0] }) {
                guard let place = content.old.firstIndex(of: digest) else { continue }
                content.old.append(content.old.remove(at: place))
            }
        }
    }

    /// What is damaged of the versions, as sentences.
    public var damages: [String] {
        history.versions.compactMap { version in
            if version.isDamaged { return "version \(version.version) of the catalog" }
            return version.isBookDamaged ? "the price book of version \(version.version) of the catalog" : nil
        }
    }

    /// The catalog of a stored version, without its price book.
    func catalog(of stored: StoredCatalog, in reader: any LedgerReading) throws -> Catalog {
        let damage = try reader.damage(of: stored)
        var catalog: Catalog
        do throws(CatalogProblem) {
            catalog = try damage == nil ? CatalogDocument.catalog(of: stored) : CatalogHistory.none
        } catch {
            catalog = CatalogHistory.none
            catalog.isDamaged = true
        }
        (catalog.version, catalog.effectiveAt) = (stored.version, stored.effectiveAt)
        if damage != nil { catalog.isDamaged = true }
        if !catalog.isDamaged { catalog.replacements = CatalogReplacements(text: stored.replacements) }
        return catalog
    }

    private static func current(
        _ history: CatalogHistory, _ digests: [Int64: Digest], at now: Timestamp
    ) -> Set<Digest> {
        let versions = [history.inForce(at: now), history.latest].filter { !$0.isDamaged }
        return Set(versions.compactMap { digests[$0.version] })
    }

    private static func put(_ book: PriceBook, _ digest: Digest, in content: inout Content) {
        content.books[digest] = book
        content.outlines[digest] = content.outlines[digest] ?? book.outline
    }

    /// Lets go of what need not be kept, and gives each version its price book or what is known of it.
    private func assemble(_ versions: [Catalog], in content: inout Content) {
        while content.old.count > CatalogCache.maxOldBooks { content.books[content.old.removeFirst()] = nil }
        let kept = content
        content.history = CatalogHistory(
            versions.map { version in
                guard let digest = kept.digests[version.version], !version.isDamaged else { return version }
                var version = version
                version.isBookDamaged = kept.damaged.contains(digest)
                version.book = kept.books[digest] ?? .empty
                version.isBookAway = kept.books[digest] == nil && !version.isBookDamaged
                version.bookOutline = version.isBookAway ? kept.outlines[digest] : nil
                return version
            }, enforcement: enforcement)
    }
}

extension PriceBook {
    /// A price book as a store keeps it, which has the digest that it should have.
    /// - Throws: ``StoreError``, ``StoreError/Code/damaged`` where it is missing or not as it was written.
    static func kept(_ digest: Digest, in reading: any LedgerReading) throws -> PriceBook {
        guard let text = try reading.priceBookDocument(digest) else {
            throw StoreError(.damaged, "The price book \(digest) is missing.")
        }
        let bytes = Array(text.utf8)
        if Digest(of: bytes) != digest { throw StoreError(.damaged, "The price book \(digest) is damaged.") }
        do {
            return try PriceBook(json: JSONValue.parse(bytes))
        } catch {
            throw StoreError(.damaged, "The price book \(digest) cannot be read: \(error)")
        }
    }
}
