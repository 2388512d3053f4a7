import ScripCore

extension LedgerReading {
    /// The seal that a record would have as it is kept now; `nil` when there is no such record, or an empty one.
    /// - Throws: what reading the record throws, when it cannot be read.
    public func presentSeal(_ kind: RecordSeal.Kind, _ id: String) throws -> RecordSeal? {
        switch kind {
        case .profile:
            let account = AccountID(unchecked: id)
            return try profile(of: account).flatMap { RecordSeal.profile($0, of: account) }
        case .catalog:
            guard let version = Int64(id), let stored = try catalog(version: version) else { return nil }
            return .catalog(stored, after: try catalogSeal(before: version))
        case .priceBook:
            // Another one that is damaged is told of by itself.
            guard let book = try priceBooks(setAside: { _ in }).first(where: { $0.digest.description == id }),
                let document = try priceBookDocument(book.digest)
            else { return nil }
            return .priceBook(book, document: document)
        case .apiKey: return try apiKey(id: id).map { .apiKey($0) }
        case .signingKey:
            var isDamaged = false
            let keys = try signingKeys(setAside: { isDamaged = isDamaged || $0 == id })
            if isDamaged { throw StoreError(.damaged, "The signing key '\(id)' is damaged.") }
            return keys.first { $0.id == id }.map { .signingKey($0) }
        case .trackingFailure: return try trackingFailure(id).map { .trackingFailure($0) }
        case .purchase:
            guard let (purchase, account) = RecordSeal.words(of: id) else { return nil }
            return try self.purchase(purchase, of: AccountID(unchecked: account)).map { .purchase($0) }
        case .purchaseReference:
            guard let (provider, reference) = RecordSeal.words(of: id) else { return nil }
            return try purchaseLocation(provider: provider, reference: reference).map {
                .purchaseReference(provider: provider, reference: reference, to: $0)
            }
        case .billingProfile: return try billingProfile(of: AccountID(unchecked: id)).map { .billingProfile($0) }
        case .paymentMessage:
            guard let (provider, event) = RecordSeal.words(of: id) else { return nil }
            return try paymentMessage(provider: provider, id: event).map { .paymentMessage($0) }
        case .issuer: return try issuerSeal(id)
        }
    }

    /// The digest that the seal of a version of the catalog goes over: that of the version before, or none for the
    /// first.
    public func catalogSeal(before version: Int64) throws -> Digest {
        // A number that is none is a damaged one's.
        if version <= 1 { return Digest.none }
        return try seal(.catalog, String(version.advanced(by: -1)))?.digest ?? Digest.none
    }

    /// Checks that a record is as it was sealed.
    /// - Throws: ``StoreError`` with ``StoreError/Code/damaged`` when it is not.
    public func require(_ present: RecordSeal) throws {
        if try !keepsSeals || seal(present.kind, present.id) == present { return }
        throw StoreError(
            .damaged, "The \(present.kind.words) '\(present.id)' is not as Scrip wrote it; see: scrip verify")
    }
}

extension LedgerReading {
    /// The keys that session tokens are signed with, oldest first, without those that Scrip did not write so.
    func soundSigningKeys() throws -> [StoredSigningKey] {
        try signingKeys(setAside: { _ in }).filter { key in
            try !keepsSeals || seal(.signingKey, key.id) == .signingKey(key)
        }
    }

    /// The API key with a digest.
    /// - Throws: ``StoreError`` when it is not as Scrip wrote it.
    func soundKey(digest: Digest) throws -> StoredKey? {
        guard let key = try apiKey(digest: digest) else { return nil }
        try require(.apiKey(key))
        return key
    }

    /// Why a version of the catalog must not be used; `nil` when it is as Scrip wrote it.
    func damage(of catalog: StoredCatalog) throws -> String? {
        if !keepsSeals { return nil }
        let kept = try seal(.catalog, String(catalog.version))
        let present = RecordSeal.catalog(catalog, after: try catalogSeal(before: catalog.version))
        return kept == present ? nil : "it is not as Scrip wrote it"
    }
}

extension RecordSeal.Kind {
    /// The kind in words.
    public var words: String { rawValue.replacing("_", with: " ") }

    /// The table that keeps such records.
    var table: String {
        switch self {
        case .profile: "accounts"
        case .catalog: "catalogs"
        case .priceBook: "price_books"
        case .apiKey: "api_keys"
        case .signingKey: "signing_keys"
        case .trackingFailure: "tracking_failures"
        case .purchase: "purchases"
        case .purchaseReference: "purchase_references"
        case .billingProfile: "billing_profiles"
        case .paymentMessage: "provider_events"
        case .issuer: "issuers"
        }
    }

    /// Whether Scrip itself removes such records in time.
    var mayBeRemoved: Bool {
        switch self {
        case .trackingFailure, .signingKey: true
        case .profile, .catalog, .priceBook, .apiKey, .purchase, .purchaseReference, .billingProfile, .paymentMessage,
            .issuer:
            false
        }
    }

    /// What to do about a damaged one.
    var remedy: String {
        switch self {
        case .profile: "set name, email and metadata again, or restore the row from a backup"
        case .catalog, .priceBook: "restore the row from a backup; until then, requests that need it are refused"
        case .apiKey: "revoke the key and make a new one"
        case .signingKey: "remove it; tokens that it signed are then refused"
        case .trackingFailure: "compare it with the sender's records"
        case .issuer: "start a server; it writes the issuers that it trusts again"
        case .purchase, .purchaseReference, .billingProfile, .paymentMessage:
            "compare it with the payment provider's records, or restore the row from a backup"
        }
    }
}
