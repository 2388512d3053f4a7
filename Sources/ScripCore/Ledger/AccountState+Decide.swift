extension AccountState {
    /// Decides a command: either writes its entries or refuses it and leaves the account as it was.
    ///
    /// The account must have been advanced to `context.now` first. Demo accounts are never charged: charges, holds and
    /// tracking come back as decisions that say so and write nothing.
    /// - Throws: the ``Rejection`` of highest precedence that holds.
    public mutating func decide(_ command: Command, context: DecisionContext) throws(Rejection) -> Decision {
        var next = self
        var decision = try next.carryOut(command, context: context)
        decision.entries += next.advance(to: context.now, catalogs: context.catalogs)
        self = next
        return decision
    }

    private mutating func carryOut(_ command: Command, context: DecisionContext) throws(Rejection) -> Decision {
        let origin = command.origin
        if case .putAccount(let change) = command.intent { return try put(change, origin: origin, context: context) }
        if case .subscription(.initialize(let change)) = command.intent {
            return exists ? Decision() : try put(change, origin: origin, context: context)
        }
        if !exists { throw .accountNotFound(id) }
        switch command.intent {
        case .putAccount(let change): return try put(change, origin: origin, context: context)
        case .grant(let order): return try grant(order, origin: origin, context: context)
        case .voidGrant(let id, let reason):
            return try voidGrant(id, reason: reason, origin: origin, context: context)
        case .takeBack(let order): return try takeBack(order, origin: origin, context: context)
        case .charge(let usage): return try charge(usage, isTracked: false, origin: origin, context: context)
        case .track(let usage): return try charge(usage, isTracked: true, origin: origin, context: context)
        case .hold(let usage, let seconds):
            return try hold(usage, seconds: seconds, origin: origin, context: context)
        case .capture(let id, let order): return try capture(id, order, origin: origin, context: context)
        case .release(let id): return try release(id, origin: origin, context: context)
        case .extend(let id, let seconds): return try extend(id, seconds: seconds, origin: origin, context: context)
        case .refund(let entry, let amount, let reason):
            return try refund(entry, amount: amount, reason: reason, origin: origin, context: context)
        case .adjust(let creditType, let amount, let reason):
            return try adjust(creditType, by: amount, reason: reason, origin: origin, context: context)
        case .rateLater(let entry): return try rateLater(entry, origin: origin, context: context)
        case .subscribe(let order): return try subscribe(order, origin: origin, context: context)
        case .subscription(let verb): return try carryOut(verb, origin: origin, context: context)
        }
    }

    /// Writes the line that answers a command.
    mutating func answer(_ entry: Entry, origin: Origin, decision: inout Decision) {
        var signed = entry
        origin.sign(&signed)
        decision.answer = append(signed, to: &decision.entries)
    }
}
