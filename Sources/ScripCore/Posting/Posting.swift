/// The work of carrying out one command on one account, or of bringing it up to date.
///
/// What is done is an extension in a file of its name: `Posting+Charge`, `Posting+Hold`, and so on; what several of
/// them do is in `Posting+Moves`. Nothing of a posting counts until ``AccountState`` takes over its state, so a command
/// that is refused half-way leaves the account as it was.
struct Posting {
    /// The account as the entries written so far leave it.
    var state: AccountState
    /// Who wants it. Time has neither a name nor a key.
    let origin: Origin
    /// The clock, the catalog, and earlier entries.
    let context: DecisionContext
    /// What it has come to so far: the entries written, and which of them answers the command.
    var decision = Decision()

    /// Starts a posting for a command, or for what time changes.
    init(on state: consuming AccountState, origin: Origin = Origin(), context: DecisionContext) {
        self.state = state
        self.origin = origin
        self.context = context
    }

    /// The moment at which entries are written.
    var now: Timestamp { context.now }

    /// The catalog in force now.
    var catalog: Catalog { context.catalog }

    /// The catalog in force at a moment.
    func catalog(at moment: Timestamp) -> Catalog { context.catalogs.inForce(at: moment) }

    /// Carries out an intent.
    mutating func carryOut(_ intent: Intent) throws(Rejection) {
        if case .putAccount(let change) = intent { return try put(change) }
        if case .subscription(.initialize(let change)) = intent {
            if !state.exists { try put(change) }
            return
        }
        if !state.exists { throw .accountNotFound(state.id) }
        switch intent {
        case .putAccount(let change): try put(change)
        case .grant(let order): try grant(order)
        case .voidGrant(let id, let reason): try voidGrant(id, reason: reason)
        case .takeBack(let order): try takeBack(order)
        case .charge(let usage): try charge(usage)
        case .track(let usage): try track(usage)
        case .hold(let usage, let seconds): try hold(usage, seconds: seconds)
        case .capture(let id, let order): try capture(id, order)
        case .release(let id): try release(id)
        case .extend(let id, let seconds): try extend(id, seconds: seconds)
        case .refund(let entry, let amount, let reason): try refund(entry, amount: amount, reason: reason)
        case .adjust(let creditType, let amount, let reason): try adjust(creditType, by: amount, reason: reason)
        case .rateLater(let entry): try rateLater(entry)
        case .subscribe(let order): try subscribe(order)
        case .subscription(let verb): try carryOut(verb)
        }
    }
}

extension Posting {
    /// Keeps the key of a command that wrote no entry of its own: a late repetition would undo what came after it
    /// otherwise. Accounts for demonstration are told again, as nothing is kept of what they are told.
    fileprivate mutating func noteKey() {
        if decision.answer != nil || decision.isDemo || origin.idempotencyKey == nil { return }
        answer(draft(.noted))
    }
}

extension AccountState {
    /// Decides a command: either writes its entries or refuses it and leaves the account as it was.
    ///
    /// The account must have been advanced to `context.now` first. Demo accounts are never charged: charges, holds and
    /// tracking come back as decisions that say so and write nothing. A command with a key that changes nothing else
    /// writes an entry of kind ``EntryKind/noted``.
    /// - Throws: the ``Rejection`` of highest precedence that holds.
    public mutating func decide(_ command: Command, context: DecisionContext) throws(Rejection) -> Decision {
        var posting = Posting(on: self, origin: command.origin, context: context)
        try posting.carryOut(command.intent)
        posting.noteKey()
        posting.advance()
        self = posting.state
        return posting.decision
    }

    /// Lets work change the account in place, without a copy of it. Entries that it wrote stay, whatever it comes to.
    mutating func post(
        origin: Origin = Origin(), context: DecisionContext, _ work: (inout Posting) -> Void
    ) -> Decision {
        var posting = Posting(on: consume self, origin: origin, context: context)
        work(&posting)
        self = posting.state
        return posting.decision
    }
}
