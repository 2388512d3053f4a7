import HTTPTypes
import NIOCore
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct StreamTests {
    private static func request(
        _ path: String, _ token: String, lastEventID: String? = nil
    ) -> ByteBuffer {
        let last = lastEventID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        return ByteBuffer(
            string: "GET \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                + "Accept: text/event-stream\r\n\(last)\r\n")
    }

    private static func configuration(_ limits: StreamLimits = StreamLimits()) throws -> ServerConfiguration {
        var configuration = try UserToken.configuration(opensAccounts: true)
        configuration.streams = limits
        return configuration
    }

    @Test func `a user sees the balance at once and after every change, with the account's version as id`() async throws
    {
        try await TestServer.run(configuration: StreamTests.configuration(), behindSocket: true) { server in
            let token = UserToken.make("ada")
            let balance = try await server.call(.get, "/api/credits/balance", secret: token)
            let version = try #require(balance["version"])
            try await RawConnection.open(port: server.port) { reader, writer in
                try await writer.write(StreamTests.request("/api/credits/stream", token))
                let head = try await reader.take(through: "\r\n\r\n")
                #expect(head.hasPrefix("HTTP/1.1 200") && head.lowercased().contains("text/event-stream"), "\(head)")
                let first = try await reader.take(through: "}\n\n")
                #expect(
                    first.contains("event: balance\nid: \(version)\ndata: {") && first.contains(#""total":"5""#),
                    "\(first)")
                for (grant, expected) in [("1", "6"), ("2", "8")] {
                    _ = try await server.call(
                        .post, "/v1/accounts/ada/grants", #"{"amount":"\#(grant)","source":"bonus"}"#)
                    let event = try await reader.take(through: "}\n\n")
                    #expect(event.contains(#""total":"\#(expected)""#), "\(event)")
                }
            }
        }
    }

    @Test func `whoever comes again hears something only if something changed`() async throws {
        try await TestServer.run(configuration: StreamTests.configuration(), behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let balance = try await server.call(.get, "/v1/accounts/ada/balance")
            let version = try #require(balance["version"])
            let path = "/v1/accounts/ada/stream"
            try await RawConnection.open(port: server.port) { reader, writer in
                try await writer.write(StreamTests.request(path, server.secret, lastEventID: version))
                _ = try await reader.take(through: "retry: 2000\n\n")
                _ = try await server.call(
                    .post, "/v1/accounts/ada/grants", #"{"amount":"1","source":"bonus"}"#)
                let event = try await reader.take(through: "}\n\n")
                #expect(event.contains("id: \((Int(version) ?? 0) + 1)\n"), "\(event)")
            }
            try await RawConnection.open(port: server.port) { reader, writer in
                try await writer.write(StreamTests.request(path, server.secret, lastEventID: version))
                let event = try await reader.take(through: "}\n\n")
                #expect(event.contains("id: \((Int(version) ?? 0) + 1)\n"), "\(event)")
            }
        }
    }

    @Test func `what time alone changes, and what another process writes, reaches the stream`() async throws {
        try await TestServer.run(configuration: StreamTests.configuration(), behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let body = #"{"amount":"7","source":"bonus","expires_at":"2026-01-31T01:00:00Z"}"#
            _ = try await server.call(.post, "/v1/accounts/ada/grants", body)
            try await RawConnection.open(port: server.port) { reader, writer in
                try await writer.write(StreamTests.request("/v1/accounts/ada/stream", server.secret))
                #expect(try await reader.take(through: "}\n\n").contains(#""available":"12""#))
                server.clock.advance(seconds: 3_600)
                #expect(try await reader.take(through: "}\n\n").contains(#""available":"5""#))
                let now = server.clock.now()
                let history = server.engine.catalogs.history
                // As another process would: through the store, without the engine.
                try await server.engine.store.write { writing in
                    guard var state = try writing.account(AccountID(unchecked: "ada"))?.state else { return }
                    var entries = state.advance(to: now, catalogs: history)
                    let order = GrantOrder(
                        creditType: CreditTypeID(unchecked: "credits"), amount: Credits(nanocredits: 3_000_000_000),
                        source: .bonus)
                    let command = Command(account: state.id, intent: .grant(order), origin: Origin())
                    entries += try state.decide(command, context: DecisionContext(now: now, catalogs: history)).entries
                    try writing.save([AccountUpdate(state: state, entries: entries)])
                }
                #expect(try await reader.take(through: "}\n\n").contains(#""available":"8""#))
            }
        }
    }

    @Test func `a stream gives signs of life, and ends with its credential`() async throws {
        let limits = StreamLimits(heartbeatSeconds: 0)
        try await TestServer.run(configuration: StreamTests.configuration(limits), behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let session = try await server.call(
                .post, "/v1/sessions", #"{"account":"ada","expires_in_seconds":120}"#)
            let token = try #require(session["token"])
            try await RawConnection.open(port: server.port) { reader, writer in
                try await writer.write(StreamTests.request("/api/credits/stream", token))
                _ = try await reader.take(through: "}\n\n")
                _ = try await reader.take(through: ":\n\n")
                server.clock.advance(seconds: 120)
                _ = try await reader.take(through: "0\r\n\r\n")
            }
            let made = try await server.engine.createKey(name: "watcher")
            try await RawConnection.open(port: server.port) { reader, writer in
                try await writer.write(StreamTests.request("/v1/accounts/ada/stream", made.secret.text))
                _ = try await reader.take(through: "}\n\n")
                _ = try await server.engine.revokeKey(made.key.id)
                _ = try await reader.take(through: "0\r\n\r\n")
            }
        }
    }

    @Test func `a stream that is never silent ends with its key all the same`() async throws {
        try await TestServer.run(configuration: StreamTests.configuration(), behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let made = try await server.engine.createKey(name: "watcher")
            try await RawConnection.open(port: server.port) { reader, writer in
                try await writer.write(StreamTests.request("/v1/accounts/ada/stream", made.secret.text))
                _ = try await reader.take(through: "}\n\n")
                _ = try await server.engine.revokeKey(made.key.id)
                server.clock.advance(seconds: 15)
                _ = try await server.call(.post, "/v1/accounts/ada/grants", #"{"amount":"1","source":"bonus"}"#)
                let rest = try await reader.take(through: "0\r\n\r\n")
                #expect(!rest.contains("event:"), "\(rest)")
            }
        }
    }

    @Test func `there are bounds for the server, an account and a user, and a place is free again after its stream`()
        async throws
    {
        let limits = StreamLimits(maxStreams: 3, maxPerAccount: 2, maxPerUser: 1)
        try await TestServer.run(configuration: StreamTests.configuration(limits), behindSocket: true) { server in
            let token = UserToken.make("ada")
            for name in ["ada", "bob", "eve"] { _ = try await server.call(.put, "/v1/accounts/\(name)", "{}") }
            let (user, other) = ("/api/credits/stream", "/v1/accounts/ada/stream")
            try await RawConnection.open(port: server.port) { reader, writer in
                try await writer.write(StreamTests.request(user, token))
                _ = try await reader.take(through: "}\n\n")
                let second = try await server.call(.get, user, secret: token)
                #expect(second.status == 429 && second["code"] == "too_many_streams", "\(second)")
                try await RawConnection.open(port: server.port) { reader, writer in
                    try await writer.write(StreamTests.request(other, server.secret))
                    _ = try await reader.take(through: "}\n\n")
                    let third = try await server.call(.get, other)
                    #expect(third.status == 429 && third["code"] == "too_many_streams", "\(third)")
                    try await RawConnection.open(port: server.port) { reader, writer in
                        try await writer.write(StreamTests.request("/v1/accounts/bob/stream", server.secret))
                        _ = try await reader.take(through: "}\n\n")
                        let full = try await server.call(.get, "/v1/accounts/eve/stream")
                        #expect(full.status == 503 && full["code"] == "overloaded", "\(full)")
                        let metrics = try await server.call(.get, "/metrics")
                        #expect(metrics.text.contains("\nscrip_streams_open 3\n"), "\(metrics.text)")
                    }
                }
            }
            while server.engine.feed.watchCount > 0 { await Task.yield() }
            try await RawConnection.open(port: server.port) { reader, writer in
                try await writer.write(StreamTests.request(user, token))
                _ = try await reader.take(through: "}\n\n")
            }
        }
    }

    @Test func `a reader that sleeps finds the newest state, and nothing is kept for it`() async throws {
        var configuration = try StreamTests.configuration()
        // On a busy machine the reader sleeps for longer than a connection may that takes nothing.
        configuration.connections.writeSeconds = 86_400
        try await TestServer.run(configuration: configuration, behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            try await RawConnection.open(port: server.port) { reader, writer in
                try await writer.write(StreamTests.request("/v1/accounts/ada/stream", server.secret))
                _ = try await reader.take(through: "}\n\n")
                for _ in 0..<300 {
                    _ = try await server.call(
                        .post, "/v1/accounts/ada/adjustments", #"{"amount":"1","reason":"x"}"#)
                }
                var event = ""
                while !event.contains(#""available":"305""#) { event = try await reader.take(through: "}\n\n") }
            }
        }
    }

    @Test func `the end of the server ends the streams`() async throws {
        let (ends, ended) = AsyncStream<String>.makeStream()
        let (begins, began) = AsyncStream<Void>.makeStream()
        try await TestServer.run(configuration: StreamTests.configuration(), behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let (port, secret) = (server.port, server.secret)
            Task {
                _ = try? await RawConnection.open(port: port) { reader, writer in
                    try await writer.write(StreamTests.request("/v1/accounts/ada/stream", secret))
                    _ = try await reader.take(through: "}\n\n")
                    began.yield()
                    ended.yield(await reader.takeAll())
                }
                ended.finish()
                began.finish()
            }
            var iterator = begins.makeAsyncIterator()
            await iterator.next()
        }
        var iterator = ends.makeAsyncIterator()
        #expect(await iterator.next()?.hasSuffix("0\r\n\r\n") == true)
    }

    @Test func `a caller who takes no event streams is told so, and a stream of nobody's account is none`() async throws
    {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let path = "/v1/accounts/ada/stream"
            let other = try await server.call(.get, path, headers: ["Accept": "application/json"])
            #expect(other.status == 406 && other["code"] == "not_acceptable")
            #expect(try await server.call(.get, "/v1/accounts/nobody/stream").status == 404)
            let strange = try await server.call(
                .get, "/api/credits/stream?credit_type=x", secret: UserToken.make("ada"))
            #expect(strange.status == 422, "\(strange)")
        }
    }
}
