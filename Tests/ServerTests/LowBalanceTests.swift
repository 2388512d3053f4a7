import HTTPTypes
import ScripEngine
import ScripTesting
import Testing

@testable import ScripServer

/// When little is left of a balance is the catalog's to say.
@Suite(.timeLimit(.minutes(15))) struct LowBalanceTests {
    @Test func `a balance is low below the catalog's share of the allowance`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            let document = CatalogTemplate.sample.document.replacing(
                "name: Credits,", with: "name: Credits, low_at: 50,")
            let applied = try await server.engine.applyCatalog(document: document)
            #expect(applied.diff.lines == ["~ credit type credits: low_at 20 percent → 50 percent"])
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"free"}"#)
            for (amount, isLow) in [("2.5", "false"), ("0.1", "true")] {
                let body = #"{"amount":"\#(amount)","credit_type":"credits"}"#
                _ = try await server.call(.post, "/v1/accounts/ada/charges", body)
                for path in ["/api/credits/balance", "/api/v1/tokens/stats"] {
                    let reply = try await server.call(.get, path, secret: UserToken.make("ada"))
                    let low = path.hasSuffix("stats") ? reply["tokens", "0", "low"] : reply["low"]
                    #expect(low == isLow, "\(path): \(reply.text)")
                }
            }
        }
    }
}
