import ScripJSON

/// The canonical bytes of an entry: compact JSON with fields in one fixed order.
///
/// Amounts are whole nanocredits, times microseconds since 1970, absent fields are left out. The chain of digests is
/// computed over these bytes, so anyone can check it with a SHA-256 and nothing else.
public enum EntryCoding {
    /// The canonical bytes of an entry.
    public static func encode(_ entry: Entry) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { writer in
            writer.field("seq", entry.seq)
            writer.field("kind", entry.kind.rawValue)
            writer.field("credit_type", entry.creditType?.rawValue)
            writer.field("amount", nonzero: entry.amount)
            writer.list("draws", entry.draws) { $0.draw($1) }
            if entry.creditType != nil {
                writer.field("posted_after", entry.postedAfter)
                writer.field("available_after", entry.availableAfter)
            }
            writer.field("subject", entry.subject)
            writer.field("effective_at", entry.effectiveAt)
            writer.field("recorded_at", entry.recordedAt)
            writer.nested("terms", entry.terms) { $0.terms($1) }
            writer.list("reopened", entry.reopened) { writer, reopened in
                writer.field("grant", reopened.grant.seq)
                writer.terms(reopened.terms)
            }
            writer.nested("allowance", entry.allowance) { $0.allowance($1) }
            writer.list("remembered", entry.remembered) { $0.usedPeriod($1) }
            writer.field("moved_end", entry.movedEnd)
            writer.nested("lapsed", entry.lapsed) { writer, lapsed in
                writer.field("start", lapsed.period.start)
                writer.field("end", lapsed.period.end)
                writer.field("amount", lapsed.amount)
            }
            writer.nested("settings", entry.settings) { $0.settings($1) }
            writer.nested("subscription", entry.subscription) { $0.subscription($1) }
            writer.field("hold_expires_at", entry.holdExpiresAt)
            writer.field("refunded_in_all", entry.refundedInAll)
            writer.nested("usage", entry.usage) { $0.usage($1) }
            writer.nested("rating", entry.rating) { $0.rating($1) }
            writer.field("reason", entry.reason)
            writer.field("would_deny", entry.wouldDeny)
            writer.field("replaced_digest", entry.replacedDigest?.description)
            writer.field("actor", entry.actor)
            writer.field("idempotency_key", entry.idempotencyKey?.rawValue)
            if let owner = entry.idempotencyKey?.owner, owner != .unstated { writer.field("key_owner", owner.text) }
            writer.field("request_hash", entry.requestDigest?.description)
            writer.field("meaning_hash", entry.meaningDigest?.description)
        }
        return writer.bytes
    }

    /// Reads an entry's canonical bytes.
    /// - Throws: ``CodingProblem`` with the field that is missing or damaged.
    public static func decode(_ bytes: [UInt8]) throws(CodingProblem) -> Entry {
        let fields = try KeptFields(parsing: bytes)
        var entry = Entry(
            seq: try fields.sequence("seq"), kind: try fields.choice("kind"),
            creditType: try fields.optionalIdentifier("credit_type"), effectiveAt: try fields.time("effective_at"),
            recordedAt: try fields.time("recorded_at")
        )
        entry.amount = try fields.optionalCredits("amount") ?? .zero
        entry.draws = try fields.list("draws") { (fields) throws(CodingProblem) in try fields.draw() }
        entry.postedAfter = try fields.optionalCredits("posted_after") ?? .zero
        entry.availableAfter = try fields.optionalCredits("available_after") ?? .zero
        entry.subject = try fields.optionalInteger("subject")
        entry.terms = try fields.nested("terms") { (fields) throws(CodingProblem) in try fields.terms() }
        entry.reopened = try fields.list("reopened") { (fields) throws(CodingProblem) in
            Entry.Reopened(grant: GrantID(seq: try fields.sequence("grant")), terms: try fields.terms())
        }
        entry.allowance = try fields.nested("allowance") { (fields) throws(CodingProblem) in try fields.allowance() }
        entry.remembered = try fields.list("remembered") { (fields) throws(CodingProblem) in try fields.usedPeriod() }
        entry.movedEnd = try fields.optionalTime("moved_end")
        entry.lapsed = try fields.nested("lapsed") { (fields) throws(CodingProblem) in
            Entry.Lapsed(
                period: BillingPeriod(start: try fields.time("start"), end: try fields.time("end")),
                amount: try fields.credits("amount"))
        }
        entry.settings = try fields.nested("settings") { (fields) throws(CodingProblem) in try fields.settings() }
        entry.subscription = try fields.nested("subscription") { (fields) throws(CodingProblem) in
            try fields.subscription()
        }
        entry.holdExpiresAt = try fields.optionalTime("hold_expires_at")
        entry.refundedInAll = try fields.optionalCredits("refunded_in_all")
        entry.usage = try fields.nested("usage") { (fields) throws(CodingProblem) in try fields.usage() }
        entry.rating = try fields.nested("rating") { (fields) throws(CodingProblem) in try fields.rating() }
        entry.reason = try fields.optionalText("reason")
        entry.wouldDeny = try fields.optionalText("would_deny")
        if let text = try fields.optionalText("replaced_digest") {
            guard let digest = Digest(text) else { throw CodingProblem(field: "replaced_digest") }
            entry.replacedDigest = digest
        }
        entry.actor = try fields.optionalText("actor")
        if let name = try fields.optionalText("idempotency_key") {
            // Entries of versions that kept no owners have none.
            guard let owner = IdempotencyKey.Owner(text: try fields.optionalText("key_owner") ?? ""),
                let key = IdempotencyKey(name, owner: owner)
            else { throw CodingProblem(field: "idempotency_key") }
            entry.idempotencyKey = key
        }
        entry.requestDigest = try fields.optionalDigest("request_hash")
        entry.meaningDigest = try fields.optionalDigest("meaning_hash")
        return entry
    }
}

extension KeptFields {
    fileprivate func optionalDigest(_ name: String) throws(CodingProblem) -> Digest? {
        guard let text = try optionalText(name) else { return nil }
        guard let digest = Digest(text) else { throw CodingProblem(field: name) }
        return digest
    }
}
