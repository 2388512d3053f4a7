import HTTPTypes
import NIOCore
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

/// HTTP as RFC 9110 and 9112 have it, and bodies that are refused before they are read.
@Suite(.timeLimit(.minutes(10))) struct HTTPConformanceTests {
    @Test func `HEAD says what GET would say of its content, and nothing of it`() async throws {
        try await TestServer.run(behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            try await RawConnection.open(port: server.port) { reader, writer in
                let head = "Host: x\r\nAuthorization: Bearer \(server.secret)\r\n\r\n"
                let request = "HEAD /v1/accounts/u/balance HTTP/1.1\r\n\(head)GET /livez HTTP/1.1\r\n\(head)"
                try await writer.write(ByteBuffer(string: request))
                let first = try await reader.take(through: "\r\n\r\n")
                #expect(
                    first.hasPrefix("HTTP/1.1 200") && !first.lowercased().contains("content-length: 0"), "\(first)")
                // What comes next is the next answer, and no body.
                #expect(try await reader.take(through: "\r\n").hasPrefix("HTTP/1.1 200"))
            }
        }
    }

    @Test(arguments: [
        "//v1/accounts/u", "/v1//accounts/u", "/v1/./accounts/u", "/v1/x/../accounts/u", "/v1/accounts/../keys",
        "/v1/accounts/..%2Fkeys", "/v1/accounts/u%2f%2E%2e%2f%2e%2e%2Fkeys", "/v1/accounts/x%5c..%5Cu",
        "/v1/accounts/.%2Fu",
    ])
    func `another spelling of an address is another address`(path: String) async throws {
        try await TestServer.run(behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            try await RawConnection.open(port: server.port) { reader, writer in
                let head = "Host: x\r\nAuthorization: Bearer \(server.secret)\r\nConnection: close\r\n\r\n"
                try await writer.write(ByteBuffer(string: "GET \(path) HTTP/1.1\r\n\(head)"))
                #expect(try await reader.take(through: "\r\n").hasPrefix("HTTP/1.1 404"))
            }
        }
    }

    @Test func `who waits to be told sends the body when told, and not before`() async throws {
        try await TestServer.run(behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let body = #"{"action":"ai_chat_message"}"#
            let head = "POST /v1/accounts/u/charges HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(server.secret)\r\n"
            try await RawConnection.open(port: server.port) { reader, writer in
                let expecting = head + "Content-Length: \(body.utf8.count)\r\nExpect: 100-continue\r\n\r\n"
                try await writer.write(ByteBuffer(string: expecting))
                #expect(try await reader.take(through: "\r\n\r\n").hasPrefix("HTTP/1.1 100 "))
                try await writer.write(ByteBuffer(string: body))
                #expect(try await reader.take(through: "\r\n").hasPrefix("HTTP/1.1 201"))
            }
            try await RawConnection.open(port: server.port) { reader, writer in
                let large = head + "Content-Length: 900000000\r\nExpect: 100-continue\r\n\r\n"
                try await writer.write(ByteBuffer(string: large))
                #expect(try await reader.take(through: "\r\n").hasPrefix("HTTP/1.1 413"))
            }
            try await RawConnection.open(port: server.port) { reader, writer in
                let odd = head + "Content-Length: 2\r\nExpect: miracles\r\nConnection: close\r\n\r\n{}"
                try await writer.write(ByteBuffer(string: odd))
                #expect(try await reader.take(through: "\r\n").hasPrefix("HTTP/1.1 417"))
            }
        }
    }

    @Test func `a message without a provider or a signature is refused before its body comes`() async throws {
        for hasProvider in [false, true] {
            let providers: [any PaymentProvider] = hasProvider ? [ScriptedPaymentProvider(name: "stripe")] : []
            try await TestServer.run(behindSocket: true, providers: providers) { server in
                try await RawConnection.open(port: server.port) { reader, writer in
                    // The body never comes, so that an answer shows that none was waited for.
                    let head = "POST /v1/webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 800000\r\n\r\n"
                    try await writer.write(ByteBuffer(string: head))
                    let status = try await reader.take(through: "\r\n")
                    #expect(status.hasPrefix("HTTP/1.1 4"), "\(status)")
                }
                try await RawConnection.open(port: server.port) { reader, writer in
                    let head = "POST /v1/webhooks/stripe HTTP/1.1\r\nHost: x\r\nStripe-Signature: t=1,v1=00\r\n"
                    try await writer.write(ByteBuffer(string: head + "Content-Length: 8000000\r\n\r\n"))
                    let status = try await reader.take(through: "\r\n")
                    #expect(status.hasPrefix(hasProvider ? "HTTP/1.1 413" : "HTTP/1.1 4"), "\(status)")
                }
            }
        }
    }

    @Test func `connections beyond the limit of an address are closed, and others are served`() async throws {
        var configuration = ServerConfiguration()
        configuration.connections = ConnectionLimits(most: 100, maxPerAddress: 3)
        try await TestServer.run(configuration: configuration, behindSocket: true) { server in
            try await RawConnection.open(port: server.port) { first, one in
                try await one.write(ByteBuffer(string: "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"))
                #expect(try await first.take(through: "\r\n").hasPrefix("HTTP/1.1 200"))
                try await RawConnection.open(port: server.port) { second, two in
                    try await two.write(ByteBuffer(string: "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"))
                    #expect(try await second.take(through: "\r\n").hasPrefix("HTTP/1.1 200"))
                    try await RawConnection.open(port: server.port) { third, three in
                        try await three.write(ByteBuffer(string: "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"))
                        #expect(try await third.take(through: "\r\n").hasPrefix("HTTP/1.1 200"))
                        try await RawConnection.open(port: server.port) { fourth, _ in
                            #expect(await fourth.takeAll().isEmpty)
                        }
                    }
                }
            }
        }
    }
}
