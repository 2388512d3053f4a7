import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// Accounts: opening, changing, showing.
enum Accounts {
    @Sendable static func put(_ call: Call) async throws -> Answer {
        let request = try AccountRequest(json: call.json())
        var origin = try call.origin()
        origin.besides = Conversions.profileText(request)
        let outcome = try await call.engine.put(
            account: call.account(), change: Conversions.change(request), origin: origin
        ) { Conversions.edit(&$0, with: request) }
        return Answer.object(outcome.wasOpened ? .created : .ok) { $0.account(outcome.snapshot) }
            .repeated(outcome.isRepeat)
    }

    @Sendable static func show(_ call: Call) async throws -> Answer {
        let snapshot = try await call.engine.account(call.account())
        let topUp = try await call.engine.billingProfile(of: snapshot.state.id).topUp
        return Answer.object { $0.account(snapshot, topUp: topUp) }
    }

    @Sendable static func erase(_ call: Call) async throws -> Answer {
        let text = call.query["force"] ?? "false"
        guard ["true", "false"].contains(text) else {
            throw ValidationError([.init(pointer: "force", detail: "must be true or false")])
        }
        let snapshot = try await call.engine.erase(
            account: call.account(), isForced: text == "true", origin: call.origin())
        return Answer.object { $0.account(snapshot) }
    }

    @Sendable static func list(_ call: Call) async throws -> Answer {
        let limit = try call.limit()
        let after = try call.query["cursor"].map { AccountID(unchecked: try Cursor.read($0)) }
        let (page, damaged) = try await call.engine.accountPage(after: after, limit: limit + 1)
        let shown = page.prefix(limit)
        return Answer.object { writer in
            writer.member("data", array: shown) { $0.account($1) }
            let isMore = page.count > limit
            writer.member("next_cursor", isMore ? shown.last.map { Cursor.make($0.state.id.rawValue) } : nil)
            writer.damaged(damaged)
        }
    }
}

/// Plans of accounts.
enum Subscriptions {
    @Sendable static func show(_ call: Call) async throws -> Answer {
        let snapshot = try await call.engine.account(call.account())
        let catalog = call.engine.catalogs.history.inForce(at: snapshot.at)
        return Answer.object { $0.subscriptionStatus(of: snapshot.state, at: snapshot.at, catalog: catalog) }
    }

    @Sendable static func change(_ call: Call) async throws -> Answer {
        let request = try PlanChangeRequest(json: call.json(), hasReason: false)
        return try await submit(.subscribe(try SubscriptionVerbs.order(request)), call)
    }

    /// Ends the plan with the current period; then the fallback or default plan follows.
    @Sendable static func cancel(_ call: Call) async throws -> Answer {
        try await submit(.subscription(.cancel(when: .periodEnd)), call)
    }

    private static func submit(_ intent: Intent, _ call: Call) async throws -> Answer {
        let outcome = try await call.engine.submit(
            Command(account: call.account(), intent: intent, origin: call.origin())
        )
        return Answer.object { $0.subscriptionOutcome(outcome.state) }.repeated(outcome.isRepeat)
    }
}
