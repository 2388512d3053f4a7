import ScripCore
import ScripJSON

extension JSONWriter {
    /// One line of a journal as the API names its members.
    mutating func entry(_ sealed: SealedEntry, tag: AccountTag) {
        let entry = sealed.entry
        object { writer in
            writer.member("id", entry.id.text(in: tag))
            writer.member("seq", entry.seq)
            writer.member("kind", entry.kind.rawValue)
            writer.member("credit_type", entry.creditType?.rawValue)
            writer.member("amount", entry.amount)
            writer.member("available_after", entry.availableAfter)
            writer.member("posted_after", entry.postedAfter)
            writer.name("draws")
            writer.array { writer in
                for draw in entry.draws { writer.draw(draw, tag: tag) }
            }
            writer.member("action", entry.usage?.action?.rawValue)
            writer.member("user", entry.usage?.user)
            writer.name("resource")
            if let resource = entry.usage?.resource {
                writer.object { writer in
                    writer.member("type", resource.type)
                    writer.member("id", resource.id)
                }
            } else {
                writer.null()
            }
            writer.name("price_version")
            if let rating = entry.rating { writer.integer(rating.priceVersion) } else { writer.null() }
            writer.member("cost_usd", (entry.rating?.cost ?? entry.usage?.cost)?.description)
            writer.member("unrounded", entry.rating?.unrounded)
            writer.member("idempotency_key", entry.idempotencyKey?.rawValue)
            writer.member("effective_at", entry.effectiveAt)
            writer.member("recorded_at", entry.recordedAt)
            writer.member("description", entry.usage?.description)
            writer.member("reason", entry.reason)
            writer.member("actor", entry.actor)
            writer.member("metadata", json: entry.usage?.metadata)
            writer.member("hash", sealed.hash.description)
        }
    }

    private mutating func draw(_ draw: Draw, tag: AccountTag) {
        object { writer in
            switch draw.place {
            case .grant(let grant, let source):
                writer.member("grant", grant.text(in: tag))
                writer.member("source", source.rawValue)
            case .debt:
                writer.member("grant", String?.none)
                writer.member("source", "debt")
            case .unlimited:
                writer.member("grant", String?.none)
                writer.member("source", "unlimited")
            }
            writer.member("amount", draw.amount)
        }
    }
}
