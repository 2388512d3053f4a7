import ScripCore

extension Engine {
    /// For how many days denials are kept.
    public static let denialDays: Int64 = 30
    /// How many denials are kept of one account, the newest.
    public static let maxDenialsPerAccount = 1_000
    /// How many denials are kept in all, the newest.
    public static let maxDenials = 100_000

    /// Reports that a command about usage was refused: in the log, in a metric, and as a denial if a limit or the plan
    /// is the reason.
    func refused(_ command: Command, _ rejection: Rejection) {
        let (operation, usage): (Denial.Operation, Usage?) =
            switch command.intent {
            case .charge(let usage): (.charge, usage)
            case .hold(let usage, _): (.hold, usage)
            case .capture(_, let order): (.capture, order.usage)
            default: (.check, nil)
            }
        if operation == .check { return }
        refused(operation, usage, of: command.account, rejection, origin: command.origin)
    }

    /// The same for a check.
    func refused(
        _ operation: Denial.Operation, _ usage: Usage?, of account: AccountID, _ rejection: Rejection,
        origin: Origin
    ) {
        let now = clock.now()
        let action = usage?.action
        metrics.refused(.refusal, action: label(of: action?.rawValue), reason: rejection.code)
        refusalLog.write(
            "\(operation.rawValue) refused", account: account.rawValue, action: action?.rawValue,
            reason: rejection.code, requestID: origin.caller.requestID, at: now)
        guard rejection.kind.isDenial else { return }
        var subject = Denial.Subject(
            account: account, user: usage?.user, action: action, operation: operation,
            reason: rejection.code,
            creditType: nil)
        var amounts: (required: Credits, available: Credits)?
        if case .insufficientCredits(let shortfall) = rejection {
            subject.creditType = shortfall.creditType
            amounts = (shortfall.required, shortfall.available)
        }
        var denial = Denial(subject, at: now)
        (denial.required, denial.available) = (amounts?.required, amounts?.available)
        (denial.actor, denial.requestID) = (origin.actor, origin.caller.requestID)
        refusalLog.keep(denial)
    }

    /// Says that usage is kept as a tracking failure.
    func failed(_ failure: TrackingFailure, isKept: Bool, requestID: String?) {
        let reason = isKept ? failure.reason : TrackingFailure.unkeptReason
        metrics.refused(.trackingFailure, action: label(of: failure.action), reason: reason)
        refusalLog.write(
            isKept ? "usage could not be recorded" : "usage could not be recorded, and was not kept",
            account: failure.account, action: failure.action, reason: reason, requestID: requestID,
            at: clock.now())
    }

    /// Says that usage was recorded without a price.
    func unrated(_ outcome: Outcome, requestID: String?) {
        guard !outcome.isRepeat, let entry = outcome.entry?.entry, entry.kind.isCharge,
            entry.rating?.priced == .unrated
        else { return }
        let (action, reason) = (entry.usage?.action?.rawValue, Rejection.Kind.unknownModel.rawValue)
        metrics.refused(.trackingFailure, action: label(of: action), reason: reason)
        refusalLog.write(
            "usage recorded without a price", account: outcome.state.id.rawValue, action: action,
            reason: reason,
            requestID: requestID, at: clock.now())
    }

    /// An action as metrics may name it: only actions of the catalog, because callers could invent any others.
    private func label(of action: String?) -> String {
        guard let action else { return "none" }
        return ActionID(action).flatMap { catalogInForce.actions[$0] } == nil ? "other" : action
    }

    /// Writes down the denials that wait. Those that cannot be written now go on waiting.
    public func recordDenials() async throws {
        let waiting = refusalLog.take()
        if waiting.isEmpty { return }
        do {
            try await store.write { writing in
                try writing.add(waiting)
                for account in Set(waiting.map(\.subject.account)).sorted() {
                    try writing.trimDenials(of: account, to: Engine.maxDenialsPerAccount)
                }
            }
        } catch {
            for denial in waiting { refusalLog.keep(denial) }
            throw error
        }
    }

    /// Matching denials, latest first, including those that this process has not written yet.
    /// What cannot be read is set aside, with a line in the log.
    public func denials(_ query: DenialQuery) async throws -> [Denial] { try await denialPage(query).denials }

    /// The same with the ids of the denials that lie among them and cannot be read.
    public func denialPage(_ query: DenialQuery) async throws -> (denials: [Denial], damaged: [String]) {
        try await recordDenials()
        let page = try await readList(of: "denial") { try $0.denials(query, setAside: $1) }
        return (page.found, page.damaged)
    }

    /// Removes denials that were kept long enough, and the oldest of too many. Does so once an hour at most.
    public func removeOldDenials() async throws {
        let now = clock.now()
        if !denialTurn.isDue(at: now) { return }
        let end = now.adding(seconds: -Engine.denialDays * 86_400)
        try await store.write { writing in
            try writing.removeDenials(endedBefore: end)
            try writing.trimDenials(of: nil, to: Engine.maxDenials)
        }
        denialTurn.done(at: now)
    }
}
