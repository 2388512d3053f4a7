import ScripCore

/// Makes the ledger agree with what is known of a purchase's payment.
///
/// What the ledger should hold follows from the facts alone, not from what happened last: the credits are there once
/// the money came, less the part of them whose money went back. So the settlement moves only the difference, and doing
/// it again moves nothing.
struct PurchaseSettlement {
    var purchase: Purchase
    let now: Timestamp
    let catalogs: CatalogHistory
    let writing: any LedgerWriting

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
                var turn = try AccountTurn(purchase.account, now: now, catalogs: catalogs, writing: writing)
                try move(&turn)
                try turn.save()
                try noteCrossing(turn.state, since: before)
                purchase.problem = difference
            } catch let rejection as Rejection {
                let (joined, requests, next) = (purchase.facts, purchase.refundRequests, purchase.nextAttemptAt)
                purchase = before
                (purchase.facts, purchase.refundRequests, purchase.nextAttemptAt) = (joined, requests, next)
                purchase.paidAt = before.paidAt ?? now
                purchase.problem = rejection.code
            }
        }
        try saveIfChanged(from: before)
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

    private mutating func move(_ turn: inout AccountTurn) throws {
        if purchase.grants.isEmpty {
            try grant(purchase.credits, reason: purchase.kind == .topUp ? "top-up" : "purchase", in: &turn)
        }
        let unpaid = purchase.facts.unpaidPart(of: purchase.credits)
        if unpaid == purchase.unpaid { return }
        if unpaid > purchase.takenBack { try takeBack(unpaid.subtracting(purchase.takenBack), in: &turn) }
        if unpaid < purchase.takenBack {
            let back = try purchase.takenBack.subtracting(unpaid)
            try grant(back, reason: "the money came back", in: &turn)
            purchase.takenBack = unpaid
        }
        purchase.unpaid = unpaid
    }

    private mutating func grant(_ amount: Credits, reason: String, in turn: inout AccountTurn) throws {
        var order = GrantOrder(creditType: purchase.creditType, amount: amount, source: .purchased)
        order.reason = "\(reason) of \(purchase.pack)"
        order.metadata = #"{"purchase":"\#(purchase.id)"}"#
        let lines = try turn.submit(.grant(order), actor: purchase.actor, name: nextName("grant", amount))
        let made = lines.last { $0.entry.terms != nil }
        guard let made else { throw StoreError(.damaged, "The grant of purchase \(purchase.id) is missing.") }
        purchase.grants.append(GrantID(seq: made.entry.seq))
    }

    private mutating func takeBack(_ amount: Credits, in turn: inout AccountTurn) throws {
        let order = TakeBackOrder(
            creditType: purchase.creditType, grants: purchase.grants, amount: amount,
            allowsDebt: purchase.policy == .allowDebt, reason: "the money of \(purchase.id) went back")
        let before = turn.entries.count
        _ = try turn.submit(.takeBack(order), actor: purchase.actor, name: nextName("take back", amount))
        var taken: Int64 = 0
        for line in turn.entries[before...] where line.entry.reason == order.reason {
            taken -= line.entry.amount.nanocredits
        }
        purchase.takenBack = try purchase.takenBack.adding(Credits(nanocredits: taken))
    }

    /// The name of the next command; the first one's is the purchase's own.
    private mutating func nextName(_ verb: String, _ amount: Credits) -> AccountTurn.Name {
        purchase.movementCount = purchase.movementCount.addingClamped(1)
        let key =
            purchase.movementCount == 1
            ? "purchase:\(purchase.id)" : "purchase:\(purchase.id):\(purchase.movementCount)"
        return AccountTurn.Name(key: key, request: "\(verb) \(amount) \(purchase.creditType)")
    }
}
