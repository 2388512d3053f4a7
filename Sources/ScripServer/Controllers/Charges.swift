import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// Charging, asking whether a charge would be allowed, and asking what it would cost.
enum Charges {
    @Sendable static func charge(_ call: Call) async throws -> Answer {
        try CreditInfo.requireAskedProperly(call)
        let usage = try Conversions.usage(ChargeRequest(json: call.json()).usage)
        let outcome = try await call.engine.submit(
            Command(account: call.account(), intent: .charge(usage), origin: call.origin())
        )
        let (isWanted, info) = await CreditInfo.asked(call, outcome)
        return answer(outcome) { if isWanted { CreditInfo.write(info, into: &$0) } }
    }

    static func answer(_ outcome: Outcome, more: (inout JSONWriter) -> Void = { _ in }) -> Answer {
        var answer = Answer.object(.created) { writer in
            writer.outcome(outcome)
            more(&writer)
        }
        let isObserved = outcome.isObserved || outcome.state.settings.enforcement == .observe
        if isObserved, let name = HTTPField.Name("Credits-Mode") {
            answer.headers[name] = "observe"
        }
        return answer.repeated(outcome.isRepeat)
    }

    @Sendable static func check(_ call: Call) async throws -> Answer {
        let usage = try Conversions.usage(ChargeRequest(json: call.json()).usage)
        let check = try await call.engine.check(usage, account: call.account(), origin: call.sender)
        return Answer.object { $0.check(check) }
    }

    @Sendable static func rate(_ call: Call) async throws -> Answer {
        let request = try ChargeRequest(rate: call.json())
        let rating = try await call.engine.rate(Conversions.usage(request.usage))
        return Answer.object { $0.rating(rating) }
    }
}

/// Refunds and adjustments.
enum Corrections {
    @Sendable static func refund(_ call: Call) async throws -> Answer {
        let request = try RefundRequest(json: call.json())
        guard let id = EntryID(request.entry, in: AccountTag(try call.account())) else { throw Rejection.entryNotFound }
        let amount = try request.amount.map { try Conversions.credits($0, "amount") }
        return try await submit(.refund(id, amount: amount, reason: request.reason), call)
    }

    @Sendable static func adjust(_ call: Call) async throws -> Answer {
        let request = try AdjustmentRequest(json: call.json())
        let creditType = try Conversions.creditType(request.creditType, in: call.engine.catalogInForce)
        let amount = try Conversions.credits(request.amount, "amount")
        return try await submit(.adjust(creditType, amount: amount, reason: request.reason), call)
    }

    private static func submit(_ intent: Intent, _ call: Call) async throws -> Answer {
        let outcome = try await call.engine.submit(
            Command(account: call.account(), intent: intent, origin: call.origin())
        )
        return Charges.answer(outcome)
    }
}
