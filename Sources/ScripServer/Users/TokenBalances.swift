import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `POST /api/v1/tokens/check-balance` and `GET /api/v1/tokens/stats`: balances by token type.
enum TokenBalances {
    @Sendable static func check(_ call: Call) async throws -> Answer {
        let request = try TokenRequest(json: call.json())
        let account = try call.account()
        var usage = try usage(request, in: call.engine.catalogInForce)
        usage.user = call.user?.subject
        return request.deducts
            ? try await deduct(usage, account: account, call) : try await ask(usage, account: account, call)
    }

    private static func ask(_ usage: Usage, account: AccountID, _ call: Call) async throws -> Answer {
        try call.engine.catalogInForce.requireUsersMayAsk(usage)
        let check = try await call.engine.check(usage, account: account, origin: call.sender)
        // A plan without the feature, or a suspended account, is not a matter of balance.
        if !check.isAllowed, let refusal = check.refusal, refusal.kind != .insufficientCredits { throw refusal }
        return Answer.object { writer in
            writer.member("success", true)
            writer.member("allowed", check.isAllowed)
            writer.member("token_type", check.rating.creditType.rawValue)
            writer.number("required", check.rating.amount)
            writer.number("balance", check.available)
            writer.member("unlimited", check.available == nil)
        }
    }

    private static func deduct(_ usage: Usage, account: AccountID, _ call: Call) async throws -> Answer {
        let outcome = try await call.engine.submit(
            Command(account: account, intent: .charge(usage), origin: call.origin())
        )
        guard let creditType = outcome.rating?.creditType ?? outcome.entry?.entry.creditType else {
            throw Rejection.entryNotFound
        }
        let info = await CreditInfo.known(of: outcome, creditType: creditType, engine: call.engine)
        let balance = outcome.state.balance(of: creditType)
        let taken = outcome.entry.map { Credits(nanocredits: 0 &- $0.entry.amount.nanocredits) } ?? .zero
        return Answer.object { writer in
            writer.member("success", true)
            writer.member("token_type", creditType.rawValue)
            writer.number("tokens_deducted", taken)
            writer.number("balance", balance.isUnlimited ? nil : balance.available)
            writer.member("unlimited", balance.isUnlimited)
            CreditInfo.write(info, into: &writer)
        }.repeated(outcome.isRepeat)
    }

    /// What is asked about. A type whose plan allows nothing must be refused for that, so an action stands behind it.
    private static func usage(_ request: TokenRequest, in catalog: Catalog) throws -> Usage {
        var usage = Usage(quantity: 1, counts: [:])
        let creditType: CreditTypeID? = try request.tokenType.map { try Conversions.identifier($0, "token_type") }
        if let creditType { try catalog.requireCreditType(creditType) }
        usage.creditType = creditType
        usage.action = try request.featureUsed.map { try Conversions.identifier($0, "feature_used") }
        if usage.action == nil, let creditType {
            let actions = catalog.actions.values.filter { $0.creditType == creditType }
            if actions.count == 1 { usage.action = actions.first?.id }
            if usage.action == nil {
                throw Rejection.invalid(field: "feature_used", rule: "is required: several features use these tokens")
            }
        }
        if let action = usage.action, let creditType, try catalog.action(action).creditType != creditType {
            throw Rejection.invalid(field: "token_type", rule: "is not the token type of this feature")
        }
        usage.amount = try request.tokens.map { try Conversions.credits($0, "tokens") }
        if let amount = usage.amount { try Limits.requirePositiveMovement(amount, field: "tokens") }
        usage.description = request.description
        // What a user says of the use is kept as that, never as what the app's server reports.
        usage.metadata = request.metadata.map { #"{"from_user":\#($0)}"# }
        return usage
    }
}
