extension AccountState {
    /// The open hold with an id.
    /// - Throws: ``Rejection/holdNotFound``, or ``Rejection/holdClosed(_:)`` with what became of it.
    func openHold(_ id: HoldID, context: DecisionContext) throws(Rejection) -> Hold {
        if let hold = holds.first(where: { $0.id == id }) { return hold }
        throw .holdClosed(try closedHold(id, context: context).status)
    }

    /// What became of a hold that is no longer open.
    /// - Throws: ``Rejection/holdNotFound`` when there never was one.
    public func closedHold(_ id: HoldID, context: DecisionContext) throws(Rejection) -> HoldReport {
        guard id.seq <= seq, let placed = context.entry(id.seq), placed.kind == .hold,
            let creditType = placed.creditType
        else { throw .holdNotFound }
        let end = context.latestEntry(id.seq)
        let parts = placed.draws.map { Hold.Part(place: $0.place, amount: $0.held) }
        let amount = Credits(clamping: parts.reduce(Int128(0)) { $0 + Int128($1.amount.nanocredits) })
        let hold = Hold(
            id: id, creditType: creditType, amount: amount, parts: parts,
            expiresAt: placed.holdExpiresAt ?? placed.recordedAt, action: placed.usage?.action
        )
        switch end?.kind {
        case .capture:
            return HoldReport(hold, status: .captured, captured: end.map { Credits.magnitude($0.amount) })
        case .release: return HoldReport(hold, status: .released)
        default: return HoldReport(hold, status: .expired)
        }
    }
}
