import Foundation
import HTTPTypes
import ScripEngine
import ScripServer
import Testing

@Suite(.timeLimit(.minutes(15))) struct WhatIfRouteTests {
    /// The sample catalog with chat messages at two credits.
    private static let dearer = CatalogTemplate.sample.document
        .replacingOccurrences(of: #"{fixed: "1"}"#, with: #"{fixed: "2"}"#)

    @Test func `a draft is replayed, and the catalog stays`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            for _ in 0..<3 {
                let charged = try await server.call(
                    .post, "/v1/accounts/ada/charges", #"{"action":"ai_chat_message"}"#)
                #expect(charged.status == 201)
            }
            let versions = try await server.call(.get, "/v1/catalog/versions")
            let entries = try await server.call(.get, "/v1/accounts/ada/entries")
            let report = try await server.call(
                .post, "/v1/catalog/what-if?from=2026-01-01&to=2026-02-01", WhatIfRouteTests.dearer)
            #expect(report.status == 200 && report["account_count"] == "1")
            #expect(report["totals", "0", "charged"] == "3" && report["totals", "0", "would_charge"] == "6")
            #expect(report["by_action", "0", "action"] == "ai_chat_message")
            #expect(report["by_action", "0", "change"] == "3" && report["accounts", "0", "account"] == "ada")
            #expect(report["would_run_out", "0", "account"] == "ada" && report["would_run_out_count"] == "1")
            #expect(report["would_run_out", "0", "entry"] == entries["data", "0", "id"])
            #expect(report["next_after"] == "null")
            #expect(try await server.call(.get, "/v1/catalog/versions").json == versions.json)
            #expect(try await server.call(.get, "/v1/accounts/ada/entries").json == entries.json)
        }
    }

    @Test func `what cannot be replayed is refused by name`() async throws {
        try await TestServer.run { server in
            let path = "/v1/catalog/what-if"
            let unknown = try await server.call(.post, "\(path)?account=nobody", WhatIfRouteTests.dearer)
            #expect(unknown.status == 404 && unknown["code"] == "account_not_found")
            let period = try await server.call(.post, "\(path)?from=2027-01-01", WhatIfRouteTests.dearer)
            #expect(period.status == 400 && period["code"] == "invalid_request")
            let limit = try await server.call(.post, "\(path)?limit=1001", WhatIfRouteTests.dearer)
            #expect(limit.status == 400 && limit["errors", "0", "pointer"] == "limit")
            let draft = try await server.call(.post, path, "plans: 7")
            #expect(draft.status == 422 || draft.status == 400)
            let secret = try await server.engine.createKey(name: "app", scopes: [.catalogRead]).secret.text
            let forbidden = try await server.call(.post, path, WhatIfRouteTests.dearer, secret: secret)
            #expect(forbidden.status == 403 && forbidden["code"] == "insufficient_scope")
        }
    }

    @Test func `a request replays so many lines and says where to go on`() async throws {
        try await TestServer.run(configuration: ServerConfiguration(maxWhatIfEntries: 3)) { server in
            for id in ["ada", "bob", "eve"] { _ = try await server.call(.put, "/v1/accounts/\(id)", "{}") }
            let first = try await server.call(.post, "/v1/catalog/what-if", WhatIfRouteTests.dearer)
            let after = try #require(first["next_after"])
            #expect(after != "null")
            let second = try await server.call(
                .post, "/v1/catalog/what-if?after=\(after)", WhatIfRouteTests.dearer)
            #expect(second.status == 200 && second["account_count"] != "0")
            for _ in 0..<3 {
                _ = try await server.call(.post, "/v1/accounts/ada/charges", #"{"action":"ai_chat_message"}"#)
            }
            let tooMany = try await server.call(.post, "/v1/catalog/what-if?account=ada", WhatIfRouteTests.dearer)
            #expect(tooMany.status == 400)
            #expect(tooMany["detail"]?.contains("more than 3 lines of account 'ada'") == true)
        }
    }
}
