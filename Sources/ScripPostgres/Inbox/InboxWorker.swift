import Logging
import ScripCore
import ScripEngine

/// Carries out in the ledger the requests that SQL made through the views.
///
/// Every instance may run one: a request is taken by one of them at a time, and its idempotency key makes it happen
/// once even if the one that took it dies before it could say so.
public struct InboxWorker: Sendable {
    private let engine: Engine
    private let address: Redacted<String>
    private let logger: Logger

    /// A worker for an engine's database.
    /// - Parameter address: the database's, as the store got it.
    public init(engine: Engine, address: String, logger: Logger) {
        self.engine = engine
        self.address = Redacted(address)
        self.logger = logger
    }

    /// Works until the task is cancelled. Requests that fail because the database is away are tried again.
    public func run() async {
        let inbox = Inbox(address: address.revealed)
        for await _ in InboxSignals.stream(address: address.revealed) {
            do {
                while !Task.isCancelled, try await work(inbox) > 0 {}
            } catch {
                logger.error("inbox not read", metadata: ["error": "\(error)"])
            }
            if Task.isCancelled { break }
        }
        await inbox.close()
    }

    /// Carries out what waits, and returns how many requests that were.
    private func work(_ inbox: Inbox) async throws -> Int {
        let requests = try await inbox.take()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for request in requests {
                group.addTask { try await answer(request, in: inbox) }
            }
            try await group.waitForAll()
        }
        return requests.count
    }

    private func answer(_ request: InboxRequest, in inbox: Inbox) async throws {
        let answer: InboxRequest.Answer
        do {
            answer = try await carryOut(request)
        } catch let error where InboxWorker.passes(error) {
            logger.error("request waits", metadata: ["request": "\(request.id)", "error": "\(error)"])
            return try await inbox.giveBack(request)
        } catch {
            answer = InboxRequest.Answer(isDone: false, outcome: "\(error)")
        }
        logger.info(
            "request of SQL",
            metadata: [
                "request": "\(request.id)", "kind": "\(request.kind)", "subject": "\(request.subject)",
                "by": "\(request.requestedBy)", "done": "\(answer.isDone)", "outcome": "\(answer.outcome)",
            ])
        try await inbox.finish(request, answer)
    }

    /// Whether what failed may succeed later, here or at another instance.
    private static func passes(_ error: any Error) -> Bool {
        if let error = error as? StoreError { return error.code != .damaged }
        return error is EngineError || error is CancellationError
    }

    private func carryOut(_ request: InboxRequest) async throws -> InboxRequest.Answer {
        switch InboxRequest.Kind(rawValue: request.kind) {
        case .initializeTokens: try await initializeTokens(request)
        case .setBalance: try await setBalance(request)
        case .setActionCost: try await setActionCost(request)
        case nil: InboxRequest.Answer(isDone: false, outcome: "This version of Scrip knows no '\(request.kind)'.")
        }
    }

    private func target(_ request: InboxRequest) throws -> (AccountID, CreditTypeID, Credits) {
        guard let account = AccountID(request.subject) else {
            throw Rejection.invalid(field: "organization_id", rule: "must be an account's id")
        }
        guard let creditType = CreditTypeID(request.creditType ?? "") else {
            throw Rejection.invalid(field: "token_type", rule: "must be a credit type's id")
        }
        guard let amount = Credits(request.amount ?? "") else {
            throw Rejection.invalid(field: "balance", rule: "must be an amount of credits")
        }
        return (account, creditType, amount)
    }

    private func initializeTokens(_ request: InboxRequest) async throws -> InboxRequest.Answer {
        let (account, creditType, amount) = try target(request)
        return try await carryOut(request, on: account) { state in
            if state.typeBalances.contains(where: { $0.creditType == creditType }) {
                return .nothing("initialized before; nothing changed")
            }
            if amount.isZero { return .nothing("nothing to give") }
            var order = GrantOrder(creditType: creditType, amount: amount, source: .promotional)
            order.expiresAt = request.expiresAt.map { Timestamp(microseconds: $0) }
            order.reason = "INSERT INTO ai_tokens"
            return .intent(.grant(order))
        }
    }

    private func setBalance(_ request: InboxRequest) async throws -> InboxRequest.Answer {
        let (account, creditType, amount) = try target(request)
        return try await carryOut(request, on: account) { state in
            let balance = state.balance(of: creditType)
            if balance.isUnlimited { return .nothing("unlimited; nothing changed") }
            let difference = try amount.subtracting(balance.available)
            // Programs that keep to the view take credits by lowering the balance.
            if difference.isNegative && state.settings.isDemo {
                return .nothing("an account for demonstration; nothing taken")
            }
            if difference.isZero { return .nothing("nothing changed") }
            return .intent(.adjust(creditType, amount: difference, reason: "UPDATE ai_tokens SET balance"))
        }
    }

    /// What follows from how an account stands.
    private enum Following: Sendable {
        case intent(Intent)
        /// Nothing, with a sentence that says why.
        case nothing(String)
    }

    /// Nothing is to be done, for a reason.
    private struct NothingToDo: Error {
        let reason: String
    }

    /// Does what follows from how the account stands at that very moment; what an earlier attempt did, before its
    /// instance died, is found by the request's key.
    private func carryOut(
        _ request: InboxRequest, on account: AccountID,
        _ decide: @escaping @Sendable (AccountState) throws -> Following
    ) async throws -> InboxRequest.Answer {
        do {
            let line = try await engine.carryOut(on: account, origin: request.origin) { state in
                switch try decide(state) {
                case .intent(let intent): return intent
                case .nothing(let reason): throw NothingToDo(reason: reason)
                }
            }
            return InboxRequest.Answer(
                isDone: true, outcome: "done", entry: line?.entry.id.text(in: AccountTag(account)))
        } catch let nothing as NothingToDo {
            return InboxRequest.Answer(isDone: true, outcome: nothing.reason)
        }
    }

    private func setActionCost(_ request: InboxRequest) async throws -> InboxRequest.Answer {
        guard let action = ActionID(request.actionType ?? ""), let cost = Dollars(request.amount ?? "") else {
            throw Rejection.invalid(field: "compute_cost_dollars", rule: "must be an amount of dollars of an action")
        }
        let application = try await engine.reviseCost(
            of: action, to: cost, actor: "\(request.actor) inbox:\(request.id)")
        return InboxRequest.Answer(
            isDone: true,
            outcome: application.isUnchanged
                ? "nothing changed" : "catalog version \(application.version): \(application.diff.lines.joined())")
    }
}
