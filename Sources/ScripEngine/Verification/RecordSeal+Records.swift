import ScripCore

/// What each kind of record is sealed by: every field of it.
extension RecordSeal {
    private init(_ kind: Kind, _ id: String, _ fields: SealedFields) {
        self.init(kind: kind, id: id, digest: fields.digest)
    }

    /// The seal of what a store keeps of an issuer.
    public static func issuer(_ issuer: String, _ rule: [(name: String, text: String?)]) -> RecordSeal {
        var fields = SealedFields()
        for field in rule { fields.add(field.name, field.text) }
        return RecordSeal(.issuer, issuer, fields)
    }

    /// The seal of an account's profile; `nil` for an empty one.
    public static func profile(_ profile: Profile, of account: AccountID) -> RecordSeal? {
        if profile == Profile() { return nil }
        return RecordSeal(.profile, account.rawValue, fields(of: profile))
    }

    static func fields(of profile: Profile) -> SealedFields {
        var fields = SealedFields()
        fields.add("name", profile.name)
        fields.add("email", profile.email)
        fields.add("metadata", profile.metadata)
        return fields
    }

    /// The seal of a version of the catalog.
    /// - Parameter previous: the digest of the seal of the version before; ``Digest/none`` for the first.
    public static func catalog(_ catalog: StoredCatalog, after previous: Digest) -> RecordSeal {
        var fields = fields(of: catalog)
        fields.add("previous", previous)
        return RecordSeal(.catalog, String(catalog.version), fields)
    }

    static func fields(of catalog: StoredCatalog) -> SealedFields {
        var fields = SealedFields()
        fields.add("version", catalog.version)
        fields.add("effectiveAt", catalog.effectiveAt)
        fields.add("recordedAt", catalog.recordedAt)
        fields.add("actor", catalog.actor)
        fields.add("document", Digest(of: Array(catalog.document.utf8)))
        fields.add("book", catalog.book)
        // Versions of before nothing could be replaced have their seals without it.
        if !catalog.replacements.isEmpty { fields.add("replacements", catalog.replacements) }
        return fields
    }

    /// The seal of a price book.
    public static func priceBook(_ book: StoredPriceBook, document: String) -> RecordSeal {
        var fields = fields(of: book)
        fields.add("document", Digest(of: Array(document.utf8)))
        return RecordSeal(.priceBook, book.digest.description, fields)
    }

    static func fields(of book: StoredPriceBook) -> SealedFields {
        var fields = SealedFields()
        fields.add("digest", book.digest)
        fields.add("source", book.source)
        fields.add("date", book.date)
        fields.add("licence", book.licence)
        fields.add("recordedAt", book.recordedAt)
        fields.add("actor", book.actor)
        return fields
    }

    /// The seal of an API key.
    public static func apiKey(_ key: StoredKey) -> RecordSeal { RecordSeal(.apiKey, key.id, fields(of: key)) }

    static func fields(of key: StoredKey) -> SealedFields {
        var fields = SealedFields()
        fields.add("id", key.id)
        fields.add("name", key.name)
        fields.add("digest", key.digest)
        fields.add("prefix", key.prefix)
        fields.add("lastFour", key.lastFour)
        fields.add("scopes", key.scopes)
        fields.add("createdAt", key.createdAt)
        fields.add("expiresAt", key.expiresAt)
        fields.add("revokedAt", key.revokedAt)
        fields.add("origins", key.origins)
        fields.add("lastUsedAt", key.lastUsedAt)
        fields.add("replacedBy", key.replacedBy)
        return fields
    }

    /// The seal of a key that session tokens are signed with.
    public static func signingKey(_ key: StoredSigningKey) -> RecordSeal {
        RecordSeal(.signingKey, key.id, fields(of: key))
    }

    static func fields(of key: StoredSigningKey) -> SealedFields {
        var fields = SealedFields()
        fields.add("id", key.id)
        fields.add("secret", Digest(of: key.secret))
        fields.add("masterKey", key.masterKey)
        fields.add("createdAt", key.createdAt)
        fields.add("endsAt", key.endsAt)
        return fields
    }

    /// The seal of usage that could not be recorded or priced.
    public static func trackingFailure(_ failure: TrackingFailure) -> RecordSeal {
        RecordSeal(.trackingFailure, failure.id, fields(of: failure))
    }

    static func fields(of failure: TrackingFailure) -> SealedFields {
        var fields = SealedFields()
        fields.add("id", failure.id)
        fields.add("status", failure.status.rawValue)
        fields.add("reason", failure.reason)
        fields.add("detail", failure.detail)
        fields.add("eventID", failure.eventID)
        fields.add("account", failure.account)
        fields.add("format", failure.format.rawValue)
        fields.add("event", failure.event)
        fields.add("wholeBytes", failure.whole?.byteCount)
        fields.add("wholeDigest", failure.whole?.digest)
        fields.add("action", failure.action)
        fields.add("sender", failure.sender)
        fields.add("entry", failure.entry)
        fields.add("receivedAt", failure.receivedAt)
        fields.add("lastAttemptAt", failure.lastAttemptAt)
        fields.add("attempts", failure.attempts)
        return fields
    }

    /// The seal of a purchase.
    public static func purchase(_ purchase: Purchase) -> RecordSeal {
        var fields = SealedFields()
        fields.add("body", String(decoding: purchase.encoded, as: UTF8.self))
        return RecordSeal(.purchase, id(purchase.id, purchase.account.rawValue), fields)
    }

    /// The seal of where a payment provider's id leads.
    public static func purchaseReference(
        provider: String, reference: String, to place: PurchaseLocation
    ) -> RecordSeal {
        var fields = SealedFields()
        fields.add("account", place.account.rawValue)
        fields.add("purchase", place.purchase)
        return RecordSeal(.purchaseReference, id(provider, reference), fields)
    }

    /// The seal of what ties an account to a payment provider.
    public static func billingProfile(_ profile: BillingProfile) -> RecordSeal {
        var fields = SealedFields()
        fields.add("body", String(decoding: profile.encoded, as: UTF8.self))
        return RecordSeal(.billingProfile, profile.account.rawValue, fields)
    }

    /// The seal of a payment provider's message.
    public static func paymentMessage(_ event: PaymentMessage) -> RecordSeal {
        RecordSeal(.paymentMessage, id(event.provider, event.id), fields(of: event))
    }

    static func fields(of event: PaymentMessage) -> SealedFields {
        var fields = SealedFields()
        fields.add("provider", event.provider)
        fields.add("id", event.id)
        fields.add("kind", event.kind)
        fields.add("subject", event.subject)
        fields.add("recordedAt", event.recordedAt)
        return fields
    }
}
