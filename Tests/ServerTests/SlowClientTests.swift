import HTTPTypes
import NIOCore
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct SlowClientTests {
    private static func configuration() throws -> ServerConfiguration {
        var configuration = try UserToken.configuration(opensAccounts: true)
        configuration.requestSeconds = 1
        configuration.idleSeconds = 1
        return configuration
    }

    /// Expects that somebody else is answered. The server ends idle connections after a second: whoever is so slow, on a
    /// busy machine, that theirs is among them comes again.
    private static func expectOthersServed(_ server: TestServer) async {
        while true {
            guard let reply = try? await server.call(.get, "/v1/accounts/ada/balance") else { continue }
            #expect(reply.status == 200, "\(reply)")
            return
        }
    }

    /// Sends a text again and again until the other end has had enough.
    private static func drip(_ text: String, _ writer: NIOAsyncChannelOutboundWriter<ByteBuffer>) async {
        do {
            while true {
                try await writer.write(ByteBuffer(string: text))
                try await Task.sleep(for: .milliseconds(100))
            }
        } catch {}
    }

    @Test(arguments: [
        "", "GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        "POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n",
        "POST /v1/accounts/ada/charges HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{",
    ])
    func `a request that never ends is ended, and others are answered meanwhile`(beginning: String) async throws {
        try await TestServer.run(configuration: SlowClientTests.configuration(), behindSocket: true) { server in
            _ = try await server.engine.put(account: AccountID(unchecked: "ada"), change: AccountChange())
            try await RawConnection.open(port: server.port) { reader, writer in
                let isSilent = beginning.isEmpty
                let authorized = beginning.replacing(
                    "Host: x\r\n", with: "Host: x\r\nAuthorization: Bearer \(server.secret)\r\n")
                if !isSilent { try? await writer.write(ByteBuffer(string: authorized)) }
                let dripping = Task { if !isSilent { await SlowClientTests.drip("x", writer) } }
                await SlowClientTests.expectOthersServed(server)
                // Comes back only because the server closes.
                _ = await reader.takeAll()
                dripping.cancel()
                await SlowClientTests.expectOthersServed(server)
            }
        }
    }

    @Test func `heads that are too large are refused, and the server goes on`() async throws {
        try await TestServer.run(configuration: SlowClientTests.configuration(), behindSocket: true) { server in
            _ = try await server.engine.put(account: AccountID(unchecked: "ada"), change: AccountChange())
            let heads = [
                "X-Large: " + String(repeating: "a", count: 40_000),
                (0..<200).map { "X-\($0): a" }.joined(separator: "\r\n"),
            ]
            for head in heads {
                try await RawConnection.open(port: server.port) { reader, writer in
                    try? await writer.write(ByteBuffer(string: "GET /livez HTTP/1.1\r\nHost: x\r\n\(head)\r\n\r\n"))
                    let answer = await reader.takeAll()
                    #expect(!answer.hasPrefix("HTTP/1.1 2"), "\(answer)")
                }
                await SlowClientTests.expectOthersServed(server)
            }
        }
    }

    @Test func `a hundred requests that never end keep no other from being answered`() async throws {
        try await TestServer.run(configuration: SlowClientTests.configuration(), behindSocket: true) { server in
            _ = try await server.engine.put(account: AccountID(unchecked: "ada"), change: AccountChange())
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    let end = number % 2 == 0 ? "X-Slow: " : "Content-Length: 60000\r\n\r\n{"
                    let beginning =
                        "POST /v1/accounts/ada/charges HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(server.secret)\r\n"
                    group.addTask {
                        try await RawConnection.open(port: server.port) { reader, writer in
                            try? await writer.write(ByteBuffer(string: beginning + end))
                            let dripping = Task { await SlowClientTests.drip("x", writer) }
                            // Comes back only because the server closes.
                            _ = await reader.takeAll()
                            dripping.cancel()
                        }
                    }
                }
                for _ in 0..<50 { await SlowClientTests.expectOthersServed(server) }
                try await group.waitForAll()
            }
            await SlowClientTests.expectOthersServed(server)
        }
    }

    @Test func `a flood of requests from one user is refused, and others are answered in its midst`() async throws {
        var configuration = try UserToken.configuration(opensAccounts: true)
        configuration.limits = RequestLimits(perUser: 10)
        try await TestServer.run(configuration: configuration, behindSocket: true) { server in
            let path = "/api/credits/balance"
            let replies = try await withThrowingTaskGroup(of: (isEve: Bool, reply: TestServer.Reply).self) { group in
                for number in 0..<400 {
                    // Every tenth is of one of ten others, four times each.
                    let isEve = number % 10 != 0
                    let token = UserToken.make(isEve ? "eve" : "u_\(number / 10 % 10)")
                    group.addTask { (isEve, try await server.call(.get, path, secret: token)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.allSatisfy { $0.isEve || $0.reply.status == 200 })
            let eves = replies.filter(\.isEve).map(\.reply)
            #expect(eves.count { $0.status == 200 } == 10 && eves.count { $0.status == 429 } == 350)
            let limit = try #require(HTTPField.Name("RateLimit"))
            let policy = try #require(HTTPField.Name("RateLimit-Policy"))
            for reply in eves where reply.status == 429 {
                #expect(reply["code"] == "rate_limited" && reply.headers[policy] == #""user";q=10;w=60"#)
                #expect(reply.headers[limit] == #""user";r=0;t=6"# && reply.headers[.retryAfter] == "6")
            }
        }
    }
}
