import ScripCore
import ScripJSON

extension JSONWriter {
    /// Writes the members of an entry.
    package mutating func entry(_ entry: Entry, tag: AccountTag) {
        member("id", entry.id.text(in: tag))
        member("seq", entry.seq)
        member("kind", entry.kind.rawValue)
        member("credit_type", entry.creditType?.rawValue)
        member("amount", entry.amount)
        let isAboutCredits = entry.creditType != nil
        member("available_after", isAboutCredits ? entry.availableAfter : nil)
        member("posted_after", isAboutCredits ? entry.postedAfter : nil)
        member("draws", array: entry.draws) { writer, draw in writer.draw(draw, tag: tag) }
        member("subject", entry.subject.map { EntryID(seq: $0).text(in: tag) })
        member("action", entry.usage?.action?.rawValue)
        member("user", entry.usage?.user)
        name("resource")
        if let resource = entry.usage?.resource {
            object { writer in
                writer.member("type", resource.type)
                writer.member("id", resource.id)
            }
        } else {
            null()
        }
        usage(entry)
        member("description", entry.usage?.description)
        member("reason", entry.reason)
        member("would_deny", entry.wouldDeny)
        member("actor", entry.actor)
        member("idempotency_key", entry.statedKey)
        member("effective_at", entry.effectiveAt)
        member("recorded_at", entry.recordedAt)
        member("metadata", json: entry.usage?.metadata)
        if let plan = entry.subscription?.plan { member("plan", plan.rawValue) }
    }

    private mutating func usage(_ entry: Entry) {
        if let usage = entry.usage, usage.quantity != 1 || !usage.counts.isEmpty || usage.model != nil {
            member("quantity", usage.quantity)
            if usage.isUnfinished { member("usage_is_final", false) }
            member("model", usage.model)
            member("provider", usage.provider)
            if let serviceTier = usage.serviceTier { member("service_tier", serviceTier) }
            if let geography = usage.geography { member("geography", geography) }
            if let speed = usage.speed { member("speed", speed) }
            member("usage") { writer in
                for (name, count) in usage.counts.sorted(by: { $0.key < $1.key }) {
                    writer.name(name)
                    writer.raw(count.description.utf8)
                }
            }
        }
        member("price_version", entry.rating?.priceVersion)
        member("cost_usd", (entry.rating?.cost ?? entry.usage?.cost)?.description)
        member("unrounded", entry.rating?.unrounded)
        if let priced = entry.rating?.priced { member("priced", priced.rawValue) }
        if let date = entry.rating?.bookDate { member("price_book_date", date) }
        if let rating = entry.rating {
            if !rating.unpriced.isEmpty { unpriced(rating) }
            wordOfOthers(rating)
        }
        if let expiresAt = entry.terms?.expiresAt { member("expires_at", expiresAt) }
    }

    private mutating func draw(_ draw: Draw, tag: AccountTag) {
        switch draw.place {
        case .grant(let id, let source):
            member("grant", id.text(in: tag))
            member("source", source.rawValue)
        case .debt:
            member("grant", String?.none)
            member("source", "debt")
        case .lapsed:
            member("grant", String?.none)
            member("source", "lapsed")
        case .unlimited:
            member("grant", String?.none)
            member("source", "unlimited")
        }
        member("amount", draw.amount)
        if !draw.held.isZero { member("held", draw.held) }
        if !draw.lapsing.isZero { member("lapsing", draw.lapsing) }
    }

    /// Writes the members of a rating.
    package mutating func rating(_ rating: Rating) {
        member("amount", rating.amount)
        member("credit_type", rating.creditType.rawValue)
        member("unrounded", rating.unrounded)
        member("cost_usd", rating.cost?.description)
        member("price_version", rating.priceVersion)
        if let priced = rating.priced { member("priced", priced.rawValue) }
        if let date = rating.bookDate { member("price_book_date", date) }
        member("lines", array: rating.lines) { writer, line in
            writer.member("class", line.dimension)
            writer.member("count", line.count)
            writer.member("credits", line.credits)
            if let price = line.dollarsPerMillion { writer.member("usd_per_million", price.description) }
            if let cost = line.cost { writer.member("cost_usd", cost.description) }
            if let model = line.model { writer.member("model", model) }
        }
        unpriced(rating)
        wordOfOthers(rating)
    }

    /// Writes what the caller or the provider says of a rating's ground: another cost, or counts that are not final.
    private mutating func wordOfOthers(_ rating: Rating) {
        if let cost = rating.reportedCost { member("reported_cost_usd", cost.description) }
        if rating.isEstimate { member("estimated", true) }
    }

    /// Writes what was counted and costs nothing.
    package mutating func unpriced(_ rating: Rating) {
        member("unpriced", array: rating.unpriced) { writer, item in
            writer.member("class", item.dimension)
            writer.member("count", item.count)
        }
    }
}
