/// What a charge or a capture of the past would have come to by a draft catalog.
public struct DraftAmount: Hashable, Sendable {
    /// Which credits.
    public var creditType: CreditTypeID
    /// How many; what was charged where the draft cannot rate it.
    public var amount: Credits
    /// Whether the amount was set outright, so that no catalog decides it.
    public var isFixed = false
    /// Why the draft cannot rate it; `nil` when it can.
    public var refusal: Rejection?
}

extension Catalog {
    /// Rates a charge or a capture of the past again, by what its entry kept of the usage.
    ///
    /// Amounts that the caller set outright stay. A capture of a whole hold comes to what the hold's usage is worth.
    /// What this catalog cannot rate, or would only record for later, keeps its amount and says why.
    /// Usage that was recorded without a price and got one later is charged by the later entry, as it was.
    /// - Parameter journal: looks up other entries of the same journal.
    public func rerate(_ line: Entry, journal: DecisionContext) -> DraftAmount? {
        guard line.kind.isCharge, let creditType = line.creditType else { return nil }
        var draft = DraftAmount(creditType: creditType, amount: Credits.magnitude(line.amount))
        guard let (usage, moment) = Catalog.rated(line, placed: journal.entry) else {
            draft.isFixed = true
            return draft
        }
        if line.rating?.priced == .unrated, journal.latestEntry(line.seq)?.kind == .charge { return draft }
        do throws(Rejection) {
            let rating = try rate(usage, at: moment)
            if rating.priced == .unrated {
                throw .unknownModel(provider: usage.provider, model: usage.model ?? "")
            }
            if line.kind == .capture && rating.creditType != creditType {
                throw .invalid(field: "action", rule: "must take \(creditType), which the hold reserved")
            }
            (draft.creditType, draft.amount) = (rating.creditType, rating.amount)
        } catch {
            draft.refusal = error
        }
        return draft
    }

    /// The usage that decided an entry's amount, and when; `nil` when the amount was set outright.
    private static func rated(_ line: Entry, placed: (Int64) -> Entry?) -> (Usage, Timestamp)? {
        guard let usage = line.usage, usage.amount == nil else { return nil }
        if line.kind == .charge { return (usage, line.subject == nil ? line.recordedAt : line.effectiveAt) }
        let rating = line.rating
        if rating?.priced != nil || !(rating?.lines ?? []).isEmpty { return (usage, line.recordedAt) }
        // A capture of the whole hold repeats the exact amount of the hold's rating; one of an amount has none.
        guard rating?.unrounded != nil || line.amount.isZero, let hold = line.subject.flatMap(placed),
            let reserved = hold.usage, hold.rating?.unrounded != nil || hold.rating?.priced == .unrated
        else { return nil }
        return (reserved, hold.recordedAt)
    }
}
