import HTTPTypes
import NIOCore
import ScripServer
import Testing

/// What was sent and what comes back, byte by byte, as RFC 9110 and 9112 have it.
@Suite(.timeLimit(.minutes(10))) struct RequestRuleTests {
    /// Bytes, and the statuses of the answers to them; after the last one the server ends the connection.
    struct Exchange: Sendable {
        var name: String
        var bytes: String
        var statuses: [Int]

        init(_ name: String, _ bytes: String, _ statuses: Int...) {
            (self.name, self.bytes, self.statuses) = (name, bytes, statuses)
        }
    }

    private static let last = "Connection: close\r\n\r\n"

    private static func get(_ target: String, _ fields: String = "Host: x\r\n", version: String = "1.1") -> String {
        "GET \(target) HTTP/\(version)\r\n\(fields)\(last)"
    }

    private static func post(_ fields: String, _ body: String = "{}", version: String = "1.1") -> String {
        "POST /v1/rate HTTP/\(version)\r\nHost: x\r\n\(fields)\(last)\(body)"
    }

    static let hosts: [Exchange] =
        [
            Exchange("no Host", get("/livez", ""), 400),
            Exchange("two of them", get("/livez", "Host: x\r\nHost: x\r\n"), 400),
            Exchange("two, far apart", get("/livez", "Host: x\r\nAccept: */*\r\nhost: y\r\n"), 400),
            Exchange("HTTP/1.0 knows none", get("/livez", "", version: "1.0"), 200),
            Exchange("and may have one", get("/livez", version: "1.0"), 200),
            Exchange("but not two", get("/livez", "Host: x\r\nHost: x\r\n", version: "1.0"), 400),
            Exchange("none with an address", get("http://x/livez", ""), 400),
        ]
        + ["", "a b", "a,b", "u@x", "x:99999", "x:8a", "x/y", "http://x", "[::1", "[zz]", "::1", "x?y", "é"].map {
            Exchange("Host: \($0)", get("/livez", "Host: \($0)\r\n"), 400)
        }
        + ["x", "x:8080", "x:", "127.0.0.1:80", "[::1]", "[::1]:8080", "a-b_c.example"].map {
            Exchange("Host: \($0)", get("/livez", "Host: \($0)\r\n"), 200)
        }

    static let targets: [Exchange] = [
        Exchange("the whole address", get("http://x/livez"), 200),
        Exchange("in large letters, with a port", get("HTTP://x:80/livez?verbose"), 200),
        Exchange("of another spelling", get("http://x//livez"), 404),
        Exchange("with a name of somebody", get("http://u@x/livez"), 400),
        Exchange("with no host", get("http:///livez"), 400),
        Exchange("of another scheme", get("ftp://x/livez"), 400),
        Exchange("a scheme and no host", get("x:/livez"), 400),
        Exchange("a host alone", get("x:80"), 400),
        Exchange("a name", get("livez"), 400),
        Exchange("a star", get("*"), 400),
        Exchange("with a fragment", get("/livez#top"), 400),
        Exchange("with a backslash", get("/\\livez"), 400),
        Exchange("encoded dots", get("/v1/%2e%2e/livez"), 404),
        Exchange("half of them", get("/v1/.%2E/livez"), 404),
        Exchange("a slash at the end", get("/livez/"), 404),
        Exchange("two at the beginning", get("//livez"), 404),
        Exchange("an encoded letter", get("/%6Civez"), 404),
        Exchange("an encoded slash", get("/v1%2Faccounts"), 404),
        Exchange("too long", get("/" + String(repeating: "a", count: 40_000)), 414),
    ]

    static let methods: [Exchange] = [
        Exchange("of the server", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\(last)", 204),
        Exchange("of the server by its address", "OPTIONS http://x HTTP/1.1\r\nHost: x\r\n\(last)", 204),
        Exchange("of a path", "OPTIONS /v1/accounts/u HTTP/1.1\r\nHost: x\r\n\(last)", 204),
        Exchange("of no path", "OPTIONS /v1/nothing HTTP/1.1\r\nHost: x\r\n\(last)", 404),
        Exchange("TRACE", "TRACE /livez HTTP/1.1\r\nHost: x\r\n\(last)", 405),
        Exchange("PATCH", "PATCH /livez HTTP/1.1\r\nHost: x\r\n\(last)", 405),
        Exchange("QUERY", "QUERY /livez HTTP/1.1\r\nHost: x\r\n\(last)", 405),
        Exchange("CONNECT", "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\(last)", 501),
        Exchange("PROPFIND", "PROPFIND /livez HTTP/1.1\r\nHost: x\r\n\(last)", 501),
        Exchange("one of their own", "BREW /livez HTTP/1.1\r\nHost: x\r\n\(last)", 501),
        Exchange("a small one", "get /livez HTTP/1.1\r\nHost: x\r\n\(last)", 501),
        Exchange("no HTTP", "\u{16}\u{3}\u{1}\u{2}hello\r\n\r\n", 400),
    ]

    static let framing: [Exchange] =
        [
            Exchange("two lengths", post("Content-Length: 2\r\nContent-Length: 2\r\n"), 400),
            Exchange("two that differ", post("Content-Length: 2\r\nContent-Length: 3\r\n"), 400),
            Exchange("a length and chunks", post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"), 400),
            Exchange("chunks and a length", post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n"), 400),
            Exchange("no chunks at the end", post("Transfer-Encoding: gzip\r\n"), 400),
            Exchange("packed chunks", post("Transfer-Encoding: gzip, chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"), 501),
            Exchange(
                "chunks of 1.0", post("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n", version: "1.0"), 400),
            Exchange("a line that goes on", get("/livez", "Host: x\r\nX-Long: a\r\n b\r\n"), 400),
            Exchange("a space before the colon", get("/livez", "Host: x\r\nX-Odd : a\r\n"), 400),
            Exchange("a field that begins with a space", get("/livez", " X: a\r\nHost: x\r\n"), 400),
            Exchange("a bare return", get("/livez", "Host: x\r\nX-Odd: a\rb\r\n"), 400),
            Exchange("nothing in a value", get("/livez", "Host: x\r\nX-Odd: a\u{0}b\r\n"), 400),
            Exchange("a large field", get("/livez", "Host: x\r\nX: \(String(repeating: "a", count: 40_000))\r\n"), 431),
            Exchange(
                "many fields", get("/livez", "Host: x\r\n" + (0..<200).map { "X-\($0): a\r\n" }.joined()), 431),
        ]
        + ["+2", "-1", "2x", "0x2", "2, 2", "", "99999999999999999999"].map {
            Exchange("length \($0)", post("Content-Length: \($0)\r\n"), 400)
        }

    static let versions: [Exchange] = [
        Exchange("a new one", "GET /livez HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        Exchange(
            "1.0 that goes on",
            "GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /livez HTTP/1.0\r\n\r\n", 200, 200),
        Exchange("1.0 that does not", "GET /livez HTTP/1.0\r\n\r\nGET /livez HTTP/1.0\r\n\r\n", 200),
        Exchange(
            "close in large letters", "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\nGET / HTTP/1.1\r\n",
            200),
        Exchange(
            "close among others", "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: x, close\r\n\r\nGET / HTTP/1.1\r\n",
            200),
        Exchange(
            "another protocol",
            "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nGET / HTTP/1.1\r\n", 200),
        Exchange(
            "one after the other, until one is wrong",
            "GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /livez HTTP/1.1\r\n\r\n",
            200, 200, 400),
        Exchange(
            "what waits to be told, after another",
            "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" + post("Expect: miracles\r\nContent-Length: 2\r\n"), 200, 417),
        Exchange("1.0 waits for nothing", post("Expect: 100-continue\r\nContent-Length: 2\r\n", version: "1.0"), 401),
    ]

    @Test(arguments: [hosts, targets, methods, framing, versions])
    func `each request has the answer that the rules say, and no other`(exchanges: [Exchange]) async throws {
        try await TestServer.run(behindSocket: true) { server in
            for exchange in exchanges {
                let answers = try await RawConnection.open(port: server.port) { reader, writer in
                    try? await writer.write(ByteBuffer(string: exchange.bytes))
                    return await reader.takeAll()
                }
                let statuses = answers.matches(of: #/HTTP/1\.[01] (\d{3}) /#).compactMap { Int($0.1) }
                #expect(statuses == exchange.statuses, "\(exchange.name): \(answers)")
                if (exchange.statuses.last ?? 0) >= 400 {
                    #expect(answers.contains("application/problem+json"), "\(exchange.name): \(answers)")
                }
                #expect(answers.lowercased().contains("\r\ndate: "), "\(exchange.name)")
            }
        }
    }

    @Test func `what cannot be kept is not promised`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let read = try await server.call(.get, "/v1/accounts/u", headers: ["If-None-Match": "\"1\""])
            #expect(read.status == 200)
            for headers in [["If-Match": "\"1\""], ["If-None-Match": "*"]] {
                let refused = try await server.call(.put, "/v1/accounts/u", #"{"name":"B"}"#, headers: headers)
                #expect(refused.status == 412 && refused["code"] == "precondition_failed", "\(refused.json)")
            }
            let part = try await server.call(
                .put, "/v1/accounts/u", #"{"name":"B"}"#, headers: ["Content-Range": "bytes 0-1/2"])
            #expect(part.status == 400)
            #expect(try await server.call(.get, "/v1/accounts/u")["name"] != "B")
        }
    }

    @Test func `HEAD of a live stream says what GET would begin with, and ends`() async throws {
        try await TestServer.run(behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let head = "Host: x\r\nAuthorization: Bearer \(server.secret)\r\n"
            try await RawConnection.open(port: server.port) { reader, writer in
                let stream = "HEAD /v1/accounts/u/stream HTTP/1.1\r\n\(head)\r\n"
                try await writer.write(ByteBuffer(string: stream + "GET /livez HTTP/1.1\r\n\(head)\r\n"))
                let first = try await reader.take(through: "\r\n\r\n")
                #expect(first.hasPrefix("HTTP/1.1 200") && first.contains("text/event-stream"), "\(first)")
                #expect(try await reader.take(through: "\r\n").hasPrefix("HTTP/1.1 200"))
            }
            let wrong = try await server.call(.post, "/v1/accounts/u/stream", "{}")
            #expect(wrong.status == 405 && wrong.headers[.allow] == "GET, HEAD")
        }
    }

    @Test func `a body that is not what it says ends its connection after the answer`() async throws {
        try await TestServer.run(behindSocket: true) { server in
            try await RawConnection.open(port: server.port) { reader, writer in
                let head = "POST /v1/rate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(server.secret)\r\n"
                let body = "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nno size\r\n"
                try await writer.write(ByteBuffer(string: head + body + "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"))
                let answers = await reader.takeAll()
                #expect(answers.hasPrefix("HTTP/1.1 400") && !answers.contains(" 200 "), "\(answers)")
            }
        }
    }

    @Test func `nobody is told to send a body for which there is no right`() async throws {
        try await TestServer.run(behindSocket: true) { server in
            try await RawConnection.open(port: server.port) { reader, writer in
                let head = "POST /v1/rate HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
                try await writer.write(ByteBuffer(string: head))
                let answer = await reader.takeAll()
                #expect(answer.hasPrefix("HTTP/1.1 401") && answer.contains("connection: close"), "\(answer)")
            }
        }
    }

    @Test(
        arguments: ["/v1/rate", "/v1/accounts/u/charges", "/v1/accounts/u/holds/h/capture", "/v1/usage"], [true, false])
    func `who sends a body that is too large finds an answer that names the limit`(
        path: String, isChunked: Bool
    ) async throws {
        try await TestServer.run(behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let length = 12_000_000
            try await RawConnection.open(port: server.port) { reader, writer in
                let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(length)"
                let head =
                    "POST \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(server.secret)\r\n\(framing)\r\n\r\n"
                try await writer.write(ByteBuffer(string: head))
                let piece = String(repeating: "x", count: 100_000)
                let framed = isChunked ? "186A0\r\n\(piece)\r\n" : piece
                // Everything is sent before an answer is looked for.
                for _ in 0..<(length / 100_000) { try await writer.write(ByteBuffer(string: framed)) }
                if isChunked { try await writer.write(ByteBuffer(string: "0\r\n\r\n")) }
                try await writer.write(ByteBuffer(string: RequestRuleTests.get("/livez")))
                let answers = await reader.takeAll()
                #expect(answers.hasPrefix("HTTP/1.1 413") && answers.contains("8388608"), "\(answers)")
                #expect(answers.contains("HTTP/1.1 200"), "\(answers)")
            }
        }
    }

    /// Libraries that end each connection after one request say so while they still send, and look for no answer before.
    ///
    /// Small chunks that come with the head are more than the framework takes at once, so that it has stopped asking for more
    /// before there is an answer.
    @Test(
        arguments: [("/v1/rate", 413), ("/v1/usage", 413), ("/v1/rate", 401), ("/v1/nothing", 404)], [true, false])
    func `who sends everything first and then ends the connection finds an answer too`(
        route: (path: String, status: Int), isChunked: Bool
    ) async throws {
        let (path, status) = route
        try await TestServer.run(behindSocket: true) { server in
            let chunk = "3E8\r\n" + String(repeating: "x", count: 1_000) + "\r\n"
            let piece =
                isChunked ? String(repeating: chunk, count: 100) : String(repeating: "x", count: 100_000)
            let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 12000000"
            let secret = status == 401 ? "wrong" : server.secret
            for _ in 0..<10 {
                try await RawConnection.open(port: server.port) { reader, writer in
                    let head =
                        "POST \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(secret)\r\n"
                        + "\(framing)\r\n\(RequestRuleTests.last)"
                    try await writer.write(ByteBuffer(string: head + piece))
                    for _ in 1..<120 { try await writer.write(ByteBuffer(string: piece)) }
                    if isChunked { try await writer.write(ByteBuffer(string: "0\r\n\r\n")) }
                    let answer = await reader.takeAll()
                    #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer)")
                }
            }
        }
    }

    @Test func `a provider's whole answer of four megabytes is read like any other`() async throws {
        try await TestServer.run(behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let text = String(repeating: "a", count: 4_000_000)
            for path in ["/v1/rate", "/v1/accounts/u/charges", "/v1/accounts/u/holds"] {
                let body = #"{"action":"ai_chat_message","colour":"\#(text)"}"#
                let reply = try await server.call(.post, path, body)
                #expect(reply.status == 400 && reply["errors", "0", "pointer"] == "#/colour", "\(path)")
            }
        }
    }
}
