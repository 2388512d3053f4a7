extension Posting {
    /// Records usage that already happened: never refused for lack of credits or entitlement.
    mutating func track(_ usage: Usage) throws(Rejection) { try charge(usage, isTracked: true) }
}
