import ScripAPI
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

    /// What a charge came to, if the caller asks for it with `credit_info=true`: the total is read from the usage, which
    /// those who do not ask need not wait for.
    static func asked(_ call: Call, _ outcome: Outcome) async throws -> CreditInfo? {
        guard call.query["credit_info"] == "true" else { return nil }
        guard let creditType = outcome.rating?.creditType ?? outcome.entry?.entry.creditType else { return nil }
        return try await CreditInfo(outcome, creditType: creditType, engine: call.engine)
    }

    /// To be called before anything is charged.
    static func requireAskedProperly(_ call: Call) throws {
        guard let text = call.query["credit_info"], text != "true", text != "false" else { return }
        throw ValidationError([.init(pointer: "credit_info", detail: "must be true or false")])
    }

    func write(into writer: inout JSONWriter) {
        writer.member("creditInfo") { writer in
            writer.member("tokensUsed", tokensUsed)
            writer.number("creditsRemaining", creditsRemaining)
            writer.member("totalTokensUsed", totalTokensUsed)
        }
    }
}
