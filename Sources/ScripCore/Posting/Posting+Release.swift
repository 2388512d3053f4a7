extension Posting {
    /// Closes a hold unused.
    mutating func release(_ id: HoldID) throws(Rejection) {
        let hold = try state.openHold(id, context: context)
        closeHold(id, as: .release, answers: true)
        decision.hold = HoldReport(hold, status: .released)
    }
}
