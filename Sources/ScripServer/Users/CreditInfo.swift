import ScripCore
import ScripEngine
import ScripJSON

/// The `creditInfo` object in answers of charging routes: what this request took and what is left.
struct CreditInfo: Sendable {
    var tokensUsed: Int64
    /// `nil` when there is no limit.
    var creditsRemaining: Credits?
    var totalTokensUsed: Int64

    /// What a charge came to.
    init(_ outcome: Outcome, creditType: CreditTypeID, engine: Engine) async throws {
        let state = outcome.state
        let use = TokenUse(engine.catalogs.history.inForce(at: outcome.decidedAt))
        let rows = try await engine.usage(of: state.id, from: 0, through: outcome.decidedAt.day)
        let balance = state.standing(of: creditType)
        tokensUsed = outcome.entry.map { use.tokens(of: $0.entry) } ?? 0
        creditsRemaining = balance.isUnlimited ? nil : balance.available
        totalTokensUsed = use.tokens(of: rows.filter { $0.creditType == creditType })
    }

    func write(into writer: inout JSONWriter) {
        writer.member("creditInfo") { writer in
            writer.member("tokensUsed", tokensUsed)
            writer.number("creditsRemaining", creditsRemaining)
            writer.member("totalTokensUsed", totalTokensUsed)
        }
    }
}
