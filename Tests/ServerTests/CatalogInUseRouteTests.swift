import HTTPTypes
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct CatalogInUseRouteTests {
    private static let before = """
        credit_types: [{id: credits}]
        plans: [{id: legacy}, {id: free, allowances: [{credit_type: credits, amount: "5"}]}]
        actions: [{id: chat, credit_type: credits, rate: {fixed: "1"}}]
        """
    private static let after = before.replacing("{id: legacy}, ", with: "")

    @Test func `a catalog that removes what is in use is refused with the counts, and takes a replacement`()
        async throws
    {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/catalog", CatalogInUseRouteTests.before)
            for id in ["a", "b"] { _ = try await server.call(.put, "/v1/accounts/\(id)", #"{"plan":"legacy"}"#) }
            for query in ["?dry_run=true", ""] {
                let refused = try await server.call(.put, "/v1/catalog\(query)", CatalogInUseRouteTests.after)
                #expect(refused.status == 409 && refused["code"] == "catalog_in_use", "\(refused.text)")
                #expect(refused["in_use", "0", "kind"] == "plan" && refused["in_use", "0", "id"] == "legacy")
                #expect(refused["in_use", "0", "used_by"] == "accounts" && refused["in_use", "0", "count"] == "2")
                #expect(refused["diff", "0"] == "- plan legacy")
            }
            let wrong = try await server.call(.put, "/v1/catalog?replace=legacy", CatalogInUseRouteTests.after)
            #expect(wrong.status == 400 && wrong["errors", "0", "pointer"] == "replace")
            let unknown = try await server.call(
                .put, "/v1/catalog?replace=plan:legacy=gold", CatalogInUseRouteTests.after)
            #expect(unknown.status == 400 && unknown["errors", "0", "pointer"] == "#/replace")
            let applied = try await server.call(
                .put, "/v1/catalog?replace=plan:legacy=free", CatalogInUseRouteTests.after)
            #expect(applied.status == 200 && applied["replaced", "0", "count"] == "2")
            #expect(applied["replaced", "0", "replacement"] == "free")
            let charge = try await server.call(.post, "/v1/accounts/a/charges", #"{"action":"chat"}"#)
            #expect(charge.status == 201, "\(charge.text)")
        }
    }

    @Test func `applying says which allowances change, for how many accounts and when`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/catalog", CatalogInUseRouteTests.before)
            _ = try await server.call(.put, "/v1/accounts/a", #"{"plan":"free"}"#)
            let more = CatalogInUseRouteTests.before.replacing("\"5\"", with: "\"9\"")
            let applied = try await server.call(.put, "/v1/catalog?dry_run=true", more)
            #expect(applied["allowances", "0", "plan"] == "free" && applied["allowances", "0", "accounts"] == "1")
            #expect(applied["allowances", "0", "effect"] == "changed")
            #expect(applied["allowances", "0", "before"] == "5 every month")
            #expect(applied["allowances", "0", "after"] == "9 every month")
            #expect(applied["allowances", "0", "from"] == "2026-02-28T00:00:00Z")
        }
    }

    @Test func `an account whose plan the catalog does not have is refused`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/catalog", CatalogInUseRouteTests.before)
            _ = try await server.call(.put, "/v1/accounts/a", #"{"plan":"legacy"}"#)
            let now = server.clock.now()
            try await server.engine.store.write { writing in
                let version = try writing.newestCatalogVersion() + 1
                try writing.append(
                    StoredCatalog(
                        version: version, effectiveAt: now, recordedAt: now, actor: nil,
                        document: CatalogInUseRouteTests.after))
            }
            try await server.engine.refreshCatalogs()
            for route in ["charges", "holds"] {
                let refused = try await server.call(.post, "/v1/accounts/a/\(route)", #"{"action":"chat"}"#)
                #expect(refused.status == 403 && refused["code"] == "plan_unavailable", "\(refused.text)")
            }
            let check = try await server.call(.post, "/v1/accounts/a/check", #"{"action":"chat"}"#)
            #expect(check["allowed"] == "false" && check["reason"] == "plan_unavailable", "\(check.text)")
        }
    }
}
