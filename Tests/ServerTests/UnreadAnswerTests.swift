import HTTPTypes
import NIOCore
import NIOPosix
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

/// Readers that do not read: what they may hold, and until when.
///
/// One connection at a time is taken here. So another one's answer is the sign that the first was ended, and by nothing
/// but the limit for answers that stand still: all other limits are a day.
@Suite(.heavy, .timeLimit(.minutes(15))) struct UnreadAnswerTests {
    private static func configuration(most: Int = 1) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.idleSeconds = 86_400
        configuration.requestSeconds = 86_400
        configuration.connections = ConnectionLimits(most: most, maxPerAddress: most)
        configuration.connections.writeSeconds = 1
        configuration.connections.sendBufferBytes = 4_096
        configuration.connections.receiveBufferBytes = 4_096
        return configuration
    }

    /// Reads the first bytes that come, and no more.
    private final class FirstBytes: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let seen: EventLoopPromise<Void>
        init(_ seen: EventLoopPromise<Void>) { self.seen = seen }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            try? context.channel.syncOptions?.setOption(.autoRead, value: false)
            seen.succeed()
        }

        func channelInactive(context: ChannelHandlerContext) { seen.fail(ChannelError.eof) }
    }

    /// Opens a connection that is answered once, sends bytes and reads no more.
    private static func openDeaf(port: Int, sending text: String, from address: String = "127.0.0.1") async throws
        -> any Channel
    {
        let group = MultiThreadedEventLoopGroup.singleton
        let seen = group.any().makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: group).connectTimeout(.minutes(5))
            .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FirstBytes(seen))
                }
            }
            .bind(to: SocketAddress(ipAddress: address, port: 0)).connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"))
        try await seen.futureResult.get()
        // How much of it the other end takes is not waited for.
        channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
        return channel
    }

    /// The status of a request on a connection of its own, which is asked for until there is one.
    private static func status(port: Int, path: String = "/livez") async throws -> String {
        try await RawConnection.open(port: port) { reader, writer in
            try await writer.write(
                ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
            return try await reader.take(through: "\r\n")
        }
    }

    @Test func `who asks again and again and reads no answer is ended, and was answered a few times only`() async throws
    {
        try await TestServer.run(configuration: UnreadAnswerTests.configuration(), behindSocket: true) { server in
            let many = String(repeating: "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", count: 100_000)
            let deaf = try await UnreadAnswerTests.openDeaf(port: server.port, sending: many)
            // Comes back only because the deaf one was ended.
            #expect(try await UnreadAnswerTests.status(port: server.port).hasPrefix("HTTP/1.1 200"))
            deaf.close(promise: nil)
            let page = try await server.text(.get, "/metrics", secret: server.secret)
            let line = page.split(separator: "\n").first { $0.contains("/livez") && $0.contains("requests_total") }
            let count = try #require(line?.split(separator: " ").last.flatMap { Int($0) })
            #expect(count < 5_000, "\(count) of 100,000 were answered")
        }
    }

    @Test func `a large answer that nobody reads ends its connection`() async throws {
        try await TestServer.run(configuration: UnreadAnswerTests.configuration(), behindSocket: true) { server in
            for number in 0..<500 {
                let account = AccountID(unchecked: "u_\(number)_" + String(repeating: "x", count: 200))
                _ = try await server.engine.put(account: account, change: AccountChange())
            }
            let request =
                "GET /v1/accounts?limit=500 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(server.secret)\r\n\r\n"
            let deaf = try await UnreadAnswerTests.openDeaf(
                port: server.port, sending: String(repeating: request, count: 20))
            #expect(try await UnreadAnswerTests.status(port: server.port).hasPrefix("HTTP/1.1 200"))
            deaf.close(promise: nil)
        }
    }

    @Test func `a live stream that nobody reads is ended`() async throws {
        var configuration = UnreadAnswerTests.configuration()
        configuration.streams.heartbeatSeconds = 86_400
        try await TestServer.run(configuration: configuration, behindSocket: true) { server in
            let ada = AccountID(unchecked: "ada")
            _ = try await server.engine.put(account: ada, change: AccountChange())
            let stream =
                "GET /v1/accounts/ada/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(server.secret)\r\n\r\n"
            let deaf = try await UnreadAnswerTests.openDeaf(port: server.port, sending: stream)
            let writing = Task {
                var number = 0
                while !Task.isCancelled {
                    number += 1
                    var change = AccountChange()
                    change.plan = PlanID(number % 2 == 0 ? "free" : "pro")
                    _ = try await server.engine.put(account: ada, change: change)
                }
            }
            #expect(try await UnreadAnswerTests.status(port: server.port).hasPrefix("HTTP/1.1 200"))
            writing.cancel()
            deaf.close(promise: nil)
        }
    }

    @Test func `one address takes no other's places, and gets its own back`() async throws {
        var configuration = UnreadAnswerTests.configuration(most: 20)
        configuration.connections.maxPerAddress = 2
        configuration.connections.writeSeconds = 86_400
        try await TestServer.run(configuration: configuration, behindSocket: true) { server in
            var held: [any Channel] = []
            for _ in 0..<2 {
                held.append(try await UnreadAnswerTests.openDeaf(port: server.port, sending: "", from: "127.0.0.2"))
            }
            #expect(try await UnreadAnswerTests.answer(port: server.port, from: "127.0.0.2").isEmpty)
            #expect(try await UnreadAnswerTests.status(port: server.port).hasPrefix("HTTP/1.1 200"))
            for channel in held { try await channel.close() }
            // A place that was given back stays so until somebody takes it.
            while true {
                let one = try await UnreadAnswerTests.answer(port: server.port, from: "127.0.0.2")
                if one.hasPrefix("HTTP/1.1 200") { break }
            }
        }
    }

    /// What comes back on a connection from another address, which is nothing when it is closed.
    private static func answer(port: Int, from address: String) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.minutes(5)).bind(to: SocketAddress(ipAddress: address, port: 0))
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let request = ByteBuffer(string: "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return try await channel.executeThenClose { inbound, outbound in
            try? await outbound.write(request)
            return await RawConnection.Reader(inbound).takeAll()
        }
    }

    @Test func `what is answered goes out whole to whoever reads slowly`() async throws {
        var configuration = UnreadAnswerTests.configuration()
        configuration.connections.writeSeconds = 86_400
        try await TestServer.run(configuration: configuration, behindSocket: true) { server in
            let count = 2_000
            try await RawConnection.open(port: server.port) { reader, writer in
                let request = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
                async let sent: Void = writer.write(
                    ByteBuffer(
                        string: String(repeating: request, count: count - 1)
                            + "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                let answers = await reader.takeAll()
                try await sent
                #expect(answers.matches(of: /HTTP\/1\.1 200 OK/).count == count)
            }
        }
    }
}
