import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// What an account has, now or at a moment.
enum Balances {
    @Sendable static func show(_ call: Call) async throws -> Answer {
        let snapshot = try await call.engine.account(call.account(), at: call.time("at"))
        return Answer.object { $0.balances(of: snapshot) }
    }
}
