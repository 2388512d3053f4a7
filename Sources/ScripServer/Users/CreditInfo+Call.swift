import ScripCore
import ScripEngine
import ScripWire

extension CreditInfo {
    /// What a charge came to, if the caller asks for it with `credit_info=true`: the total is read from the usage,
    /// which those who do not ask need not wait for.
    /// - Returns: whether it was asked for, and what is known: the charge is durable, and a total that cannot be read
    ///   now must not make it look as if it were not.
    static func asked(_ call: Call, _ outcome: Outcome) async -> (isWanted: Bool, info: CreditInfo?) {
        guard call.query["credit_info"] == "true" else { return (false, nil) }
        guard let creditType = outcome.rating?.creditType ?? outcome.entry?.entry.creditType else {
            return (false, nil)
        }
        return (true, await known(of: outcome, creditType: creditType, engine: call.engine))
    }

    /// Must be called before anything is charged.
    static func requireAskedProperly(_ call: Call) throws {
        guard let text = call.query["credit_info"], text != "true", text != "false" else { return }
        throw ValidationError([.init(pointer: "credit_info", detail: "must be true or false")])
    }
}
