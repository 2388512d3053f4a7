import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import Testing

/// The list of versions, page by page.
@Suite(.timeLimit(.minutes(15))) struct CatalogVersionPageTests {
    @Test func `versions come newest first, a page at a time`() async throws {
        try await TestServer.run { server in
            let first = server.engine.catalogInForce.version
            for number in 1...4 {
                let document = """
                    credit_types: [{id: credits, name: Credits}]
                    default_plan: free
                    plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "\(number)"}]}]
                    """
                _ = try await server.engine.applyCatalog(document: document)
            }
            let newest = server.engine.catalogInForce.version
            #expect(newest == first + 4)
            var (found, path): ([String], String?) = ([], "/v1/catalog/versions?limit=2")
            while let next = path {
                let page = try await server.call(.get, next)
                #expect(page.status == 200, "\(page.text)")
                let versions = page.json["data"]?.arrayValue ?? []
                #expect(versions.count <= 2 && !versions.isEmpty)
                found += versions.compactMap { $0["version"]?.integerValue.map { "\($0)" } }
                path = page.json["next_cursor"]?.stringValue.map { "/v1/catalog/versions?limit=2&cursor=\($0)" }
            }
            #expect(found == (1...newest).reversed().map { "\($0)" })
            #expect(try await server.call(.get, "/v1/catalog")["version"] == "\(newest)")
            for wrong in ["cursor=x", "cursor=LTkyMjMzNzIwMzY4NTQ3NzU4MDg", "limit=0", "limit=501"] {
                #expect(try await server.call(.get, "/v1/catalog/versions?\(wrong)").status == 400, "\(wrong)")
            }
        }
    }
}
