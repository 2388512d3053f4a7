import ScripCore
import ScripEngine
import ScripJSON

/// The `creditInfo` object in answers of charging routes: what this request took and what is left.
package struct CreditInfo: Sendable {
    package var tokensUsed: Int64
    /// `nil` when there is no limit.
    package var creditsRemaining: Credits?
    package var totalTokensUsed: Int64

    /// What a charge came to.
    package init(_ outcome: Outcome, creditType: CreditTypeID, engine: Engine) async throws {
        let state = outcome.state
        let use = TokenUse(engine.catalogs.history.inForce(at: outcome.decidedAt))
        let rows = try await engine.usage(of: state.id, from: 0, through: outcome.decidedAt.day)
        let balance = state.balance(of: creditType)
        tokensUsed = outcome.entry.map { use.tokens(of: $0.entry) } ?? 0
        creditsRemaining = balance.isUnlimited ? nil : balance.available
        totalTokensUsed = use.tokens(of: rows.filter { $0.creditType == creditType })
    }

    /// What a charge came to; `nil`, and a line in the log, when the total cannot be read.
    package static func known(of outcome: Outcome, creditType: CreditTypeID, engine: Engine) async -> CreditInfo? {
        do {
            return try await CreditInfo(outcome, creditType: creditType, engine: engine)
        } catch {
            engine.warn("a charge was answered without its creditInfo", error)
            return nil
        }
    }

    /// Writes the member, `null` where nothing is known.
    package static func write(_ info: CreditInfo?, into writer: inout JSONWriter) {
        guard let info else {
            writer.name("creditInfo")
            writer.null()
            return
        }
        writer.member("creditInfo") { writer in
            writer.member("tokensUsed", info.tokensUsed)
            writer.number("creditsRemaining", info.creditsRemaining)
            writer.member("totalTokensUsed", info.totalTokensUsed)
        }
    }
}
