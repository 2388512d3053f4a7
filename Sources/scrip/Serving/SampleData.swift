import ScripCore
import ScripEngine

/// The sample data that an empty database starts with on a first run.
enum SampleData {
    /// The greeting if no sample data was asked for.
    static func none(_ engine: Engine) async throws -> Greeting.Sample {
        try await engine.catalogVersions().isEmpty ? .empty : .none
    }

    /// Applies the sample catalog, opens three accounts and makes a key, unless there is a catalog already.
    /// - Returns: what became of it.
    static func seed(_ engine: Engine) async throws -> Greeting.Sample {
        if try await !engine.catalogVersions().isEmpty {
            let isThere = (try? await engine.account(AccountID(unchecked: "ada"))) != nil
            return isThere ? .there : .occupied
        }
        _ = try await engine.applyCatalog(document: CatalogTemplate.sample.document, actor: "sample")
        let accounts: [(String, String, String, AccountSettings.Kind)] = [
            ("ada", "Ada", "free", .user), ("grace", "Grace", "pro", .user), ("acme", "Acme", "team", .organization),
        ]
        for (id, name, plan, kind) in accounts {
            var change = AccountChange()
            change.plan = PlanID(plan)
            change.kind = kind
            let origin = Origin(actor: "sample")
            _ = try await engine.put(account: AccountID(unchecked: id), change: change, origin: origin) {
                $0.name = name
            }
        }
        let key = try await engine.createKey(name: "sample", scopes: [.all], origin: Origin(actor: "sample"))
        return .made(secret: key.secret.text)
    }
}
