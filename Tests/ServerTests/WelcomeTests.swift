import HTTPTypes
import Testing

@testable import ScripServer

@Suite(.timeLimit(.minutes(10))) struct WelcomeTests {
    private static let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

    @Test func `a browser is told what this is and where to go, on a page without scripts`() async throws {
        try await TestServer.run { server in
            let reply = try await server.call(.get, "/", secret: nil, headers: ["Accept": WelcomeTests.browser])
            #expect(reply.status == 200 && reply.headers[.contentType] == "text/html; charset=utf-8")
            #expect(reply.text.contains("credit system for AI products") && reply.text.contains("scrip key create"))
            #expect(reply.text.contains("prefers-color-scheme:dark") && reply.text.contains("lang=\"en\""))
            #expect(!reply.text.contains("<script") && !reply.text.contains(" on") || !reply.text.contains("onclick"))
            let policy = try #require(HTTPField.Name("Content-Security-Policy").flatMap { reply.headers[$0] })
            #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"))
            // What it links to is there.
            let links = reply.text.matches(of: /href="([^"]+)"/).map { String($0.1) }
            #expect(links.count > 1)
            for link in links {
                #expect(try await server.call(.get, link, secret: nil).status == 200, "\(link)")
            }
        }
    }

    @Test(arguments: [nil, "*/*", "application/json", "text/html;q=0"])
    func `a program gets JSON`(accept: String?) async throws {
        try await TestServer.run { server in
            let headers = accept.map { ["Accept": $0] } ?? [:]
            let reply = try await server.call(.get, "/", secret: nil, headers: headers)
            #expect(reply.status == 200 && reply.headers[.contentType] == "application/json")
            #expect(
                reply["name"] == "Scrip" && reply["links", "servers"] == "/v1" && reply["links", "ready"] == "/readyz")
            #expect(reply.headers[.vary] == "Accept")
        }
    }

    @Test func `other methods are told which there are`() async throws {
        try await TestServer.run { server in
            let reply = try await server.call(.post, "/", "{}")
            #expect(reply.status == 405 && reply.headers[.allow] == "GET, HEAD")
        }
    }
}
