import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `GET /api/v1/tokens/stats`: each token type with what is left, what was used, and for what lately.
enum TokenStatistics {
    /// How many uses of each type are shown.
    private static let maxRecent = 5

    @Sendable static func show(_ call: Call) async throws -> Answer {
        let id = try call.account()
        let snapshot = try await call.engine.account(id)
        let uses = try await call.engine.latestUses(of: id, each: maxRecent)
        let state = snapshot.state
        let catalog = call.engine.catalogs.history.inForce(at: snapshot.at)
        return Answer.object { writer in
            writer.member("success", true)
            writer.member("account", id.rawValue)
            writer.member("plan", state.subscription.plan?.rawValue)
            writer.member("tokens", array: state.balances) { writer, balance in
                writer.tokenStatistics(balance, catalog: catalog)
                let recent = uses[balance.creditType] ?? []
                writer.member("recent_use", array: recent) { $0.tokenUse($1.entry, tag: state.tag) }
            }
        }
    }
}
