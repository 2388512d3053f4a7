import ScripCore
import ScripEngine
import ScripJSON

/// `GET /api/v1/tokens/stats`: each token type with what is left, what was used, and for what lately.
enum TokenStatistics {
    /// How many uses of each type are shown.
    private static let mostRecent = 5

    @Sendable static func show(_ call: Call) async throws -> Answer {
        let id = try call.account()
        let snapshot = try await call.engine.account(id)
        let uses = try await call.engine.latestUses(of: id, each: mostRecent)
        let state = snapshot.state
        return Answer.object { writer in
            writer.member("success", true)
            writer.member("account", id.rawValue)
            writer.member("plan", state.subscription.plan?.rawValue)
            writer.member("tokens", array: state.standings) { writer, balance in
                writer.tokenStatistics(balance)
                let recent = uses[balance.creditType] ?? []
                writer.member("recent_use", array: recent) { $0.tokenUse($1.entry, tag: state.tag) }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func tokenStatistics(_ balance: Balance) {
        let (used, allocated) = (balance.usedInAll, balance.allocated)
        member("token_type", balance.creditType.rawValue)
        number("balance", balance.isUnlimited ? nil : balance.available)
        number("total_allocated", allocated)
        number("total_used", used)
        name("percent")
        if let allocated, allocated.isPositive {
            // Whole percent, rounded down, so that 100 is said only when nothing is left.
            integer(Int128(used.nanocredits) * 100 / Int128(allocated.nanocredits))
        } else {
            null()
        }
        member("refresh_date", balance.refreshesAt)
        member("unlimited", balance.isUnlimited)
        member("low", balance.isLow)
        member("exhausted", balance.isExhausted)
    }

    fileprivate mutating func tokenUse(_ entry: Entry, tag: AccountTag) {
        member("id", entry.id.text(in: tag))
        member("feature_used", entry.usage?.action?.rawValue)
        number("tokens_deducted", Credits(nanocredits: 0 &- entry.amount.nanocredits))
        member("user_id", entry.usage?.user)
        member("created_at", entry.recordedAt)
    }
}
