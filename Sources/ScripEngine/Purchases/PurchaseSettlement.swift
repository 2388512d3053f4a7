import ScripCore

/// Brings the ledger in entry with what is known about a purchase's payment.
///
/// What the ledger should hold follows from the facts alone, not from what happened last: the credits are there once
/// the money came, less the part of them whose money went back. So the settlement moves only the difference, and doing
/// it again moves nothing.
struct PurchaseSettlement {
    var purchase: Purchase
    let scope: TransactionScope
    var now: Timestamp { scope.now }
    var writing: any LedgerWriting { scope.writing }

    /// Adds facts and moves what they call for. A refusal of the ledger is kept as the purchase's problem: the facts
    /// stay, and the next settlement tries again.
    mutating func settle(_ facts: PaymentFacts) throws {
        let before = purchase
        if try paysAnother(facts) {
            purchase.problem = PaymentDifference.otherPurchase.rawValue
            return try saveIfChanged(from: before)
        }
        purchase.facts.join(facts)
        let difference = purchase.difference?.rawValue
        if let difference { purchase.problem = difference }
        if purchase.facts.stage == .paid {
            purchase.paidAt = purchase.paidAt ?? now
            purchase.closeShownRefunds()
            // What was given stays, and goes back with its money; but nothing is given for what differs from the price.
            if difference != nil && purchase.grants.isEmpty { return try saveIfChanged(from: before) }
            do {
                var account = try scope.account(purchase.account)
                try account.advance()
                try move(&account)
                try scope.save([account])
                try noteCrossing(account.state, since: before)
                purchase.problem = difference
            } catch let rejection as Rejection {
                let (joined, requests, next) = (purchase.facts, purchase.refundRequests, purchase.nextAttemptAt)
                purchase = before
                (purchase.facts, purchase.refundRequests, purchase.nextAttemptAt) = (
                    joined, requests, next ?? nextAttempt
                )
                purchase.paidAt = before.paidAt ?? now
                purchase.problem = rejection.code
            }
        }
        try saveIfChanged(from: before)
    }

    /// For how many seconds after a purchase was made its money's credits are tried to be given again and again.
    private static let patienceSeconds: Int64 = 90 * 86_400

    /// When to try again what the ledger has refused, as nobody may ever tell of the payment again: after as long a
    /// time as has passed, from ten minutes to a day.
    private var nextAttempt: Timestamp? {
        let age = now.microseconds(since: purchase.createdAt) / Timestamp.microsecondsPerSecond
        return age > Self.patienceSeconds ? nil : now.adding(seconds: min(max(age, 600), 86_400))
    }

    private mutating func saveIfChanged(from before: Purchase) throws {
        if purchase == before { return }
        let isAtAnotherStage = purchase.facts.stage != before.facts.stage
        let problem = purchase.problem == before.problem ? nil : purchase.problem
        if purchase.kind == .topUp && (isAtAnotherStage || problem != nil) {
            let failed = isAtAnotherStage && purchase.isRefusedForGood ? TopUpProblem.paymentFailed.rawValue : nil
            try noteTopUp(problem: problem ?? failed)
        }
        purchase.updatedAt = max(now, before.updatedAt)
        try writing.save(purchase)
    }

    /// Whether a payment has an id that is another purchase's: one payment pays one purchase.
    private func paysAnother(_ facts: PaymentFacts) throws -> Bool {
        for reference in facts.references.subtracting(purchase.facts.references).sorted() {
            let place = try writing.purchaseLocation(provider: purchase.provider, reference: reference)
            if let place, place.purchase != purchase.id || place.account != purchase.account { return true }
        }
        return false
    }

    private mutating func move(_ account: inout AccountTransaction) throws {
        if purchase.grants.isEmpty {
            try grant(purchase.credits, reason: purchase.kind == .topUp ? "top-up" : "purchase", in: &account)
        }
        let unpaid = purchase.facts.unpaidPart(of: purchase.credits)
        if unpaid == purchase.unpaid { return }
        if unpaid > purchase.takenBack { try takeBack(unpaid.subtracting(purchase.takenBack), in: &account) }
        if unpaid < purchase.takenBack {
            let back = try purchase.takenBack.subtracting(unpaid)
            try grant(back, reason: "the money came back", in: &account)
            purchase.takenBack = unpaid
        }
        purchase.unpaid = unpaid
    }

    private mutating func grant(_ amount: Credits, reason: String, in account: inout AccountTransaction) throws {
        var order = GrantOrder(creditType: purchase.creditType, amount: amount, source: .purchased)
        order.reason = "\(reason) of \(purchase.pack)"
        order.metadata = #"{"purchase":"\#(purchase.id)"}"#
        let lines = try carryOut(.grant(order), "grant", amount, on: &account).lines
        let made = lines.last { $0.entry.terms != nil }
        guard let made else { throw StoreError(.damaged, "The grant of purchase \(purchase.id) is missing.") }
        purchase.grants.append(GrantID(seq: made.entry.seq))
    }

    private mutating func takeBack(_ amount: Credits, in account: inout AccountTransaction) throws {
        let order = TakeBackOrder(
            creditType: purchase.creditType, grants: purchase.grants, amount: amount,
            allowsDebt: purchase.policy == .allowDebt, reason: "the money of \(purchase.id) went back")
        // Not by what the entries say: those of an erased account have lost their texts.
        if case .decided(let decision) = try carryOut(.takeBack(order), "take back", amount, on: &account) {
            purchase.takenBack = try purchase.takenBack.adding(decision.takenBack ?? .zero)
        }
    }

    /// Moves credits under Scrip's own next key of the purchase; the first one's is the purchase's own. The purchase's
    /// audit records tell of it.
    private mutating func carryOut(
        _ intent: Intent, _ verb: String, _ amount: Credits, on account: inout AccountTransaction
    ) throws -> AccountTransaction.Answer {
        purchase.movementCount = purchase.movementCount.addingClamped(1)
        let key =
            purchase.movementCount == 1
            ? "purchase:\(purchase.id)" : "purchase:\(purchase.id):\(purchase.movementCount)"
        let request = "\(verb) \(amount) \(purchase.creditType)"
        let origin = Origin(
            actor: purchase.actor, idempotencyKey: IdempotencyKey(unchecked: key, owner: .system),
            requestDigest: Digest(of: Array(request.utf8)))
        return try scope.carryOut(intent, origin: origin, on: &account, note: .partOfAnother)
    }
}
