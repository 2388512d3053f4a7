import ScripCore

extension LedgerCopy {
    /// Versions of the catalog and price books: few enough to be read at once.
    struct Catalogs: Sendable {
        var books: [StoredPriceBook]
        var catalogs: [StoredCatalog]

        init(in reading: any LedgerReading) throws {
            books = try reading.priceBooks()
            catalogs = try reading.catalogs()
        }

        /// What contradicts this being an earlier part of others; `nil` when nothing does.
        func contradiction(to later: Catalogs) -> String? {
            if !later.catalogs.starts(with: catalogs) { return "its catalogs differ" }
            if !later.books.starts(with: books) { return "its price books differ" }
            return nil
        }
    }

    /// API keys and signing keys: few enough to be read at once.
    struct Keys: Sendable {
        var keys: [StoredKey]
        var signingKeys: [StoredSigningKey]

        init(in reading: any LedgerReading) throws {
            keys = try reading.apiKeys()
            signingKeys = try reading.signingKeys()
        }

        /// What contradicts this being an earlier part of others; `nil` when nothing does.
        func contradiction(to later: Keys) -> String? {
            let digests = Dictionary(later.keys.map { ($0.id, $0.digest) }) { first, _ in first }
            if let key = keys.first(where: { digests[$0.id] != $0.digest }) { return "the source has no key \(key.id)" }
            // A key that the source has no more is older than one that it has.
            let known = Set(later.signingKeys.map(\.id))
            let newest = later.signingKeys.last?.createdAt ?? .earliest
            if signingKeys.contains(where: { !known.contains($0.id) && $0.createdAt >= newest }) {
                return "it has signing keys of its own, so a server seems to have run on it"
            }
            return nil
        }
    }

    /// Copies the price books and versions of the catalog that the target lacks.
    func copyCatalogs(_ progress: inout Progress) async throws {
        let (wanted, kept) = try await both { try Catalogs(in: $0) }
        for book in wanted.books.dropFirst(kept.books.count) {
            let document = try await source.read { try $0.priceBookDocument(book.digest) }
            guard let document else {
                throw StoreError(.damaged, "The source has no document of the price book \(book.digest).")
            }
            try await target.write { try $0.append(book, document: document) }
            progress.otherCount += 1
        }
        for catalog in wanted.catalogs.dropFirst(kept.catalogs.count) {
            try await target.write { try $0.append(catalog) }
            progress.otherCount += 1
        }
    }

    /// Gives the target the keys that the source has, and takes away those that it has no more.
    func copyKeys(_ progress: inout Progress) async throws {
        let (wanted, kept) = try await both { try Keys(in: $0) }
        let keys = wanted.keys.filter { !kept.keys.contains($0) }
        let signingKeys = wanted.signingKeys.filter { !kept.signingKeys.contains($0) }
        let ended = Set(kept.signingKeys.map(\.id)).subtracting(wanted.signingKeys.map(\.id))
        if keys.isEmpty && signingKeys.isEmpty && ended.isEmpty { return }
        try await target.write { writing in
            for key in keys { try writing.save(key) }
            for key in signingKeys { try writing.save(key) }
            for id in ended { try writing.removeSigningKey(id) }
        }
        progress.otherCount += keys.count + signingKeys.count
    }

    func requireSameCatalogs() async throws {
        let (wanted, kept) = try await both { try Catalogs(in: $0) }
        if wanted.catalogs != kept.catalogs { throw CopyProblem.different("the versions of the catalog differ") }
        if wanted.books != kept.books { throw CopyProblem.different("the price books differ") }
    }

    func requireSameKeys() async throws {
        let (wanted, kept) = try await both { try Keys(in: $0) }
        if wanted.keys != kept.keys { throw CopyProblem.different("the API keys differ") }
        if wanted.signingKeys != kept.signingKeys { throw CopyProblem.different("the signing keys differ") }
    }

    /// What the source has, and what the target has.
    func both<R: Sendable>(
        _ read: @escaping @Sendable (any LedgerReading) throws -> R
    ) async throws -> (source: R, target: R) {
        (try await source.read(read), try await target.read(read))
    }
}
