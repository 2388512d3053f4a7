import ScripCore

/// `POST /api/credits/purchase` and what belongs to it: a user buys packs for the account the user stands for.
enum CreditPurchases {
    @Sendable static func create(_ call: Call) async throws -> Answer {
        try await Purchases.buy(call, for: call.account())
    }

    /// Asks the payment provider anew, for the page that the buyer comes back to.
    @Sendable static func refresh(_ call: Call) async throws -> Answer {
        try await Purchases.refresh(call)
    }
}
