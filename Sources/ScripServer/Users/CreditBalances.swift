import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `GET /api/credits/balance`: what the user has.
enum CreditBalances {
    @Sendable static func show(_ call: Call) async throws -> Answer {
        let snapshot = try await call.engine.account(call.account())
        let creditType = try creditType(call, snapshot)
        let catalog = call.engine.catalogs.history.inForce(at: snapshot.at)
        return Answer.object { $0.creditBalances(of: snapshot, creditType: creditType, catalog: catalog) }
    }

    /// The credit type that was asked for, or the first that the account has, or the first there is.
    static func creditType(_ call: Call, _ snapshot: AccountSnapshot) throws -> CreditTypeID {
        try creditType(call.query["credit_type"], snapshot, catalogs: call.engine.catalogs)
    }

    /// The credit type with an id, or the first that the account has, or the first there is.
    static func creditType(
        _ text: String?, _ snapshot: AccountSnapshot, catalogs: CatalogCache
    ) throws -> CreditTypeID {
        let catalog = catalogs.history.inForce(at: snapshot.at)
        if let text {
            let id: CreditTypeID = try Conversions.identifier(text, "credit_type")
            try catalog.requireCreditType(id)
            return id
        }
        if let first = catalog.defaultCreditType { return first }
        throw Rejection.invalid(field: "credit_type", rule: "is required: the catalog has none")
    }
}
