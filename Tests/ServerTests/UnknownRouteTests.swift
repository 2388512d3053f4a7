import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(15))) struct UnknownRouteTests {
    @Test func `an unknown route and a wrong method say so under the request's id`() async throws {
        try await TestServer.run { server in
            let field = try #require(HTTPField.Name("X-Request-Id"))
            let unknown = try await server.call(.get, "/v1/nothing", headers: ["X-Request-Id": "mine"])
            #expect(unknown.status == 404 && unknown["code"] == "not_found")
            #expect(unknown.headers[field] == "mine" && unknown["request_id"] == "mine")
            #expect(unknown["instance"] == "/v1/nothing")

            let wrong = try await server.call(.patch, "/v1/accounts/ada", "{}")
            #expect(wrong.status == 405 && wrong["code"] == "method_not_allowed")
            #expect(wrong.headers[.allow] == "GET, HEAD, PUT, DELETE")
            let made = try #require(wrong.headers[field])
            #expect(!made.isEmpty && wrong["request_id"] == made)
        }
    }
}
