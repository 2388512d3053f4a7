import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// Giving credits and taking back what is left of them.
enum Grants {
    @Sendable static func give(_ call: Call) async throws -> Answer {
        let request = try GrantRequest(json: call.json())
        var order = GrantOrder(
            creditType: try Conversions.creditType(request.creditType, in: call.engine.catalogInForce),
            amount: try Conversions.credits(request.amount, "amount"),
            source: request.source
        )
        order.priority = request.priority.map { Int32(clamping: $0) }
        order.effectiveAt = request.effectiveAt
        order.expiresAt = request.expiresAt
        order.reason = request.reason
        order.metadata = request.metadata
        let outcome = try await call.engine.submit(
            Command(account: call.account(), intent: .grant(order), origin: call.origin())
        )
        return answer(outcome, status: .created)
    }

    @Sendable static func void(_ call: Call) async throws -> Answer {
        let id: GrantID = try call.id("grant", otherwise: .grantNotFound)
        let outcome = try await call.engine.submit(
            Command(
                account: call.account(), intent: .voidGrant(id, reason: call.query["reason"]), origin: call.origin()
            )
        )
        return answer(outcome, status: .ok)
    }

    private static func answer(_ outcome: Outcome, status: HTTPStatus) -> Answer {
        Answer.object(status) { $0.grantOutcome(outcome) }.repeated(outcome.isRepeat)
    }
}
