extension Posting {
    /// Moves a hold's end to so many seconds from now.
    mutating func extend(_ id: HoldID, seconds: Int64) throws(Rejection) {
        try Limits.requireHoldLength(seconds)
        let hold = try state.openHold(id, context: context)
        var entry = draft(.holdExtended, of: hold.creditType)
        entry.subject = id.seq
        entry.holdExpiresAt = now.adding(seconds: seconds)
        answer(entry)
        decision.hold = state.holds.first { $0.id == id }.map { HoldReport($0) }
    }
}
