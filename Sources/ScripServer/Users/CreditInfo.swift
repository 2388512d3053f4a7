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
    /// - Returns: whether it was asked for, and what is known: the charge is durable, and a total that cannot be read now
    ///   must not make it look as if it were not.
    static func asked(_ call: Call, _ outcome: Outcome) async -> (isWanted: Bool, info: CreditInfo?) {
        guard call.query["credit_info"] == "true" else { return (false, nil) }
        guard let creditType = outcome.rating?.creditType ?? outcome.entry?.entry.creditType else {
            return (false, nil)
        }
        return (true, await known(of: outcome, creditType: creditType, engine: call.engine))
    }

    /// What a charge came to; `nil`, and a line in the log, when the total cannot be read.
    static func known(of outcome: Outcome, creditType: CreditTypeID, engine: Engine) async -> CreditInfo? {
        do {
            return try await CreditInfo(outcome, creditType: creditType, engine: engine)
        } catch {
            engine.warn("a charge is answered without its creditInfo", error)
            return nil
        }
    }

    /// To be called before anything is charged.
    static func requireAskedProperly(_ call: Call) throws {
        guard let text = call.query["credit_info"], text != "true", text != "false" else { return }
        throw ValidationError([.init(pointer: "credit_info", detail: "must be true or false")])
    }

    /// Writes the member, `null` where nothing is known.
    static func write(_ info: CreditInfo?, into writer: inout JSONWriter) {
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
