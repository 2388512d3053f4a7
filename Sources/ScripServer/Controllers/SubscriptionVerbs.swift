import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// The steps in the life of a subscription. Repeating a step changes nothing.
enum SubscriptionVerbs {
    /// Opens the account unless it is there.
    @Sendable static func initialize(_ call: Call) async throws -> Answer {
        let request = try InitializeRequest(json: call.json())
        var change = AccountChange()
        change.kind = request.kind
        change.anchor = request.anchor
        change.plan = try request.plan.map { try Conversions.identifier($0, "plan") }
        change.timeZone = try request.timeZone.map(Conversions.timeZone)
        return try await submit(.initialize(change), reason: request.reason, call)
    }

    @Sendable static func upgrade(_ call: Call) async throws -> Answer {
        let request = try PlanChangeRequest(json: call.json(), mayWait: false)
        return try await submit(.upgrade(try order(request)), reason: request.reason, call)
    }

    @Sendable static func downgrade(_ call: Call) async throws -> Answer {
        let request = try PlanChangeRequest(json: call.json())
        return try await submit(.downgrade(try order(request)), reason: request.reason, call)
    }

    @Sendable static func renew(_ call: Call) async throws -> Answer {
        let request = try RenewalRequest(json: call.json())
        return try await submit(.renew(endsAt: request.endsAt), reason: request.reason, call)
    }

    @Sendable static func expire(_ call: Call) async throws -> Answer {
        try await submit(.expire, reason: try ReasonRequest(json: call.json()).reason, call)
    }

    @Sendable static func pastDue(_ call: Call) async throws -> Answer {
        try await submit(.missPayment, reason: try ReasonRequest(json: call.json()).reason, call)
    }

    /// Gives bonus credits. Only its name keeps a bonus from being given twice, so it must have one.
    @Sendable static func bonus(_ call: Call) async throws -> Answer {
        let request = try BonusRequest(json: call.json())
        let origin = try call.origin()
        if origin.idempotencyKey == nil {
            throw ValidationError([.init(pointer: "Idempotency-Key", detail: "is required for a bonus")])
        }
        var order = GrantOrder(
            creditType: try Conversions.creditType(request.creditType, in: call.engine.catalogInForce),
            amount: try Conversions.credits(request.amount, "amount"), source: .bonus
        )
        order.expiresAt = request.expiresAt
        order.reason = request.reason
        let outcome = try await call.engine.submit(
            Command(account: call.account(), intent: .grant(order), origin: origin))
        return Answer.object(.created) { $0.grantOutcome(outcome) }.repeated(outcome.isRepeat)
    }

    static func order(_ request: PlanChangeRequest) throws -> SubscriptionOrder {
        var order = SubscriptionOrder(
            plan: try Conversions.identifier(request.plan, "plan"),
            when: request.when,
            endsAt: request.endsAt,
            fallbackPlan: try request.fallbackPlan.map { try Conversions.identifier($0, "fallback_plan") },
            anchor: request.anchor
        )
        order.trialEndsAt = request.trialEndsAt
        order.quantity = request.quantity
        return order
    }

    private static func submit(_ verb: SubscriptionVerb, reason: String?, _ call: Call) async throws -> Answer {
        var origin = try call.origin()
        origin.reason = reason ?? origin.reason
        let outcome = try await call.engine.submit(
            Command(account: call.account(), intent: .subscription(verb), origin: origin))
        let catalog = call.engine.catalogs.history.inForce(at: outcome.decidedAt)
        return Answer.object { writer in
            writer.subscriptionStatus(of: outcome.state, at: outcome.decidedAt, catalog: catalog)
        }.repeated(outcome.isRepeat)
    }
}
