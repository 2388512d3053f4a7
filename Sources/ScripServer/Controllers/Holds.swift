import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// Reserving credits for work in flight, and closing the reservation.
enum Holds {
    @Sendable static func place(_ call: Call) async throws -> Answer {
        let request = try ChargeRequest(hold: call.json())
        let usage = try Conversions.usage(request.usage)
        let seconds = request.expiresInSeconds ?? Limits.defaultHoldSeconds
        return try await submit(.hold(usage, seconds: seconds), call, status: .created)
    }

    @Sendable static func capture(_ call: Call) async throws -> Answer {
        let request = try CaptureRequest(json: call.json())
        if let answer = try await demoAnswer(call, status: .captured) { return answer }
        var order = CaptureOrder(amount: try request.amount.map { try Conversions.credits($0, "amount") })
        order.usage = try request.usage.map { try Conversions.usage($0) }
        order.usage?.amount = nil
        order.description = request.description
        order.metadata = request.metadata
        return try await submit(.capture(hold(call), order), call, tellsCreditInfo: true)
    }

    @Sendable static func release(_ call: Call) async throws -> Answer {
        if let answer = try await demoAnswer(call, status: .released) { return answer }
        return try await submit(.release(hold(call)), call)
    }

    @Sendable static func extend(_ call: Call) async throws -> Answer {
        let request = try ExtendRequest(json: call.json())
        if let answer = try await demoAnswer(call, status: .open) { return answer }
        return try await submit(.extend(hold(call), seconds: request.expiresInSeconds), call)
    }

    @Sendable static func list(_ call: Call) async throws -> Answer {
        let state = try await call.engine.account(call.account()).state
        return Answer.object { writer in
            writer.member("data", array: state.holds) { $0.hold(HoldReport($1), tag: state.tag) }
            writer.member("next_cursor", String?.none)
        }
    }

    @Sendable static func show(_ call: Call) async throws -> Answer {
        if let answer = try await demoAnswer(call, status: .open) { return answer }
        let id = try call.account()
        let report = try await call.engine.hold(hold(call), account: id)
        return Answer.object { writer in
            writer.name("hold")
            writer.object { $0.hold(report, tag: AccountTag(id)) }
        }
    }

    private static func hold(_ call: Call) throws -> HoldID { try call.id("hold", otherwise: .holdNotFound) }

    private static func submit(
        _ intent: Intent, _ call: Call, status: HTTPStatus = .ok, tellsCreditInfo: Bool = false
    ) async throws -> Answer {
        if tellsCreditInfo { try CreditInfo.requireAskedProperly(call) }
        let outcome = try await call.engine.submit(
            Command(account: call.account(), intent: intent, origin: call.origin())
        )
        let (isWanted, info) = tellsCreditInfo ? await CreditInfo.asked(call, outcome) : (false, nil)
        return Answer.object(status) { writer in
            writer.holdOutcome(outcome)
            if isWanted { CreditInfo.write(info, into: &writer) }
        }.repeated(outcome.isRepeat)
    }

    private static func demoAnswer(_ call: Call, status: HoldStatus) async throws -> Answer? {
        let state = try await DemoHold.account(
            call.account(), hold: call.parameters["hold"] ?? "", in: call.engine)
        return state.map { state in Answer.object { $0.demoHold(status, of: state) } }
    }
}
