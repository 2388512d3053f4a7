import HTTPTypes
import NIOCore
import ScripCore
import ScripServer
import Testing

@Suite struct SlowClientTests {
    private static func configuration() throws -> ServerConfiguration {
        var configuration = try UserToken.configuration(opensAccounts: true)
        configuration.requestSeconds = 1
        configuration.idleSeconds = 1
        return configuration
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
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            try await RawConnection.open(port: server.port) { reader, writer in
                let isSilent = beginning.isEmpty
                let authorized = beginning.replacing(
                    "Host: x\r\n", with: "Host: x\r\nAuthorization: Bearer \(server.secret)\r\n")
                if !isSilent { try await writer.write(ByteBuffer(string: authorized)) }
                let dripping = Task { if !isSilent { await SlowClientTests.drip("x", writer) } }
                #expect(try await server.call(.get, "/v1/accounts/ada/balance").status == 200)
                // Comes back only because the server closes.
                _ = await reader.takeAll()
                dripping.cancel()
                #expect(try await server.call(.get, "/v1/accounts/ada/balance").status == 200)
            }
        }
    }

    @Test func `heads that are too large are refused, and the server goes on`() async throws {
        try await TestServer.run(configuration: SlowClientTests.configuration(), behindSocket: true) { server in
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
                #expect(try await server.call(.get, "/livez", secret: nil).status == 200)
            }
        }
    }

    @Test func `a flood of requests from one user is refused, and another user is answered`() async throws {
        var configuration = try UserToken.configuration(opensAccounts: true)
        configuration.limits = RequestLimits(perUser: 10)
        try await TestServer.run(configuration: configuration, behindSocket: true) { server in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<300 {
                    group.addTask {
                        try await server.call(.get, "/api/credits/balance", secret: UserToken.make("eve")).status
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } == 10 && statuses.count { $0 == 429 } == 290)
            #expect(try await server.call(.get, "/api/credits/balance", secret: UserToken.make("ada")).status == 200)
        }
    }
}
