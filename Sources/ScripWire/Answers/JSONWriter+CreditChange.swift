import ScripCore
import ScripJSON

/// Every change of credits, with where they came from or went to.
package enum CreditChanges {
    /// The lines that change credits, or how many of them are available.
    package static let kinds: Set<EntryKind> = [
        .allowance, .grant, .grantExpired, .grantVoided, .charge, .hold, .capture, .release, .holdExpired, .refund,
        .adjustment, .writeOff,
    ]
}

extension Entry {
    /// Where credits came from or were taken from, each with how much the line changed it, and how much more of it is
    /// held afterwards.
    var sources: [(name: String, amount: Credits, held: Credits)] {
        if let terms { return [(terms.source.rawValue, amount, .zero)] }
        return draws.map { draw in
            let change = Credits(nanocredits: 0 &- draw.amount.nanocredits)
            switch draw.place {
            case .grant(_, let source): return (source.rawValue, change, draw.held)
            case .debt: return ("debt", change, draw.held)
            case .lapsed: return ("lapsed", change, draw.held)
            case .unlimited: return ("unlimited", change, draw.held)
            }
        }
    }
}

extension JSONWriter {
    /// Writes the members of a change of credits as users see it.
    package mutating func creditChange(_ entry: Entry, tag: AccountTag) {
        member("id", entry.id.text(in: tag))
        member("at", entry.effectiveAt)
        member("recorded_at", entry.recordedAt)
        member("kind", entry.kind.rawValue)
        member("credit_type", entry.creditType?.rawValue)
        member("amount", entry.amount)
        member("available_after", entry.availableAfter)
        member("sources", array: entry.sources) { writer, source in
            writer.member("source", source.name)
            writer.member("amount", source.amount)
            writer.member("held", source.held)
        }
        member("action", entry.usage?.action?.rawValue)
        member("user", entry.usage?.user)
        member("description", entry.usage?.description)
        member("reason", entry.reason)
    }
}
