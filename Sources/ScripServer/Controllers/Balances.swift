import ScripCore
import ScripEngine
import ScripJSON

/// What an account has, now or at a moment.
enum Balances {
    @Sendable static func show(_ call: Call) async throws -> Answer {
        let snapshot = try await call.engine.account(call.account(), at: call.time("at"))
        let state = snapshot.state
        return Answer.object { writer in
            writer.member("account", state.id.rawValue)
            writer.member("at", snapshot.at)
            writer.member("plan", state.subscription.plan?.rawValue)
            writer.member("demo", state.settings.isDemo)
            writer.member("version", state.seq)
            writer.member("balances", array: state.standings) { $0.balance($1, tag: state.tag) }
        }
    }
}
