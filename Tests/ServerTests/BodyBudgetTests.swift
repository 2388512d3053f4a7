import NIOCore
import NIOPosix
import ScripEngine
import ScripTesting
import Testing

@testable import ScripServer

/// How many bytes of bodies are in memory at once: of all, of strangers, of one address, of one key.
///
/// Who waits to be told to send a body is told when its bytes are taken, so that a test sees it happen.
@Suite(.timeLimit(.minutes(10))) struct BodyBudgetTests {
    private static func configuration() -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.idleSeconds = 86_400
        configuration.requestSeconds = 86_400
        configuration.bodies.maxStrangerBytes = 2_000_000
        configuration.bodies.maxBytesPerStranger = 1_000_000
        configuration.bodies.maxBytesEach = 10_000_000
        return configuration
    }

    /// Opens a connection that announces a body and sends none.
    /// - Returns: the connection, and the head of the first answer.
    private static func announce(
        _ bytes: Int, to path: String, _ fields: String, port: Int, from address: String = "127.0.0.1"
    ) async throws -> (channel: any Channel, answer: String) {
        let (answers, answer) = AsyncStream<String>.makeStream()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.minutes(5)).bind(to: SocketAddress(ipAddress: address, port: 0))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answers(answer))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let head =
            "POST \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\nContent-Length: \(bytes)\r\nExpect: 100-continue\r\n\r\n"
        try await channel.writeAndFlush(ByteBuffer(string: head))
        var text = ""
        for await part in answers {
            text += part
            if text.contains("\r\n\r\n") { break }
        }
        return (channel, text)
    }

    private final class Answers: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let answers: AsyncStream<String>.Continuation
        init(_ answers: AsyncStream<String>.Continuation) { self.answers = answers }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            answers.yield(String(buffer: unwrapInboundIn(data)))
        }

        func channelInactive(context: ChannelHandlerContext) { answers.finish() }
    }

    @Test func `strangers share their bytes, and one address takes no other's`() async throws {
        let provider = ScriptedPaymentProvider(name: "stripe")
        let configuration = BodyBudgetTests.configuration()
        try await TestServer.run(configuration: configuration, behindSocket: true, providers: [provider]) { server in
            @Sendable func message(from address: String) async throws -> (channel: any Channel, answer: String) {
                try await BodyBudgetTests.announce(
                    900_000, to: "/v1/webhooks/stripe", "Stripe-Signature: t=1,v1=00", port: server.port, from: address)
            }
            let first = try await message(from: "127.0.0.1")
            #expect(first.answer.hasPrefix("HTTP/1.1 100"), "\(first.answer)")
            let again = try await message(from: "127.0.0.1")
            #expect(again.answer.hasPrefix("HTTP/1.1 503") && again.answer.contains("Retry-After"), "\(again.answer)")
            let other = try await message(from: "127.0.0.2")
            #expect(other.answer.hasPrefix("HTTP/1.1 100"), "\(other.answer)")
            let third = try await message(from: "127.0.0.3")
            #expect(third.answer.hasPrefix("HTTP/1.1 503"), "\(third.answer)")
            // Those that have a key are not among them.
            let known = try await BodyBudgetTests.announce(
                8_000_000, to: "/v1/usage", "Authorization: Bearer \(server.secret)", port: server.port)
            #expect(known.answer.hasPrefix("HTTP/1.1 100"), "\(known.answer)")
            for one in [again, third, known] { try? await one.channel.close() }
            try await first.channel.close()
            // Bytes that were given back stay so until somebody takes them.
            while true {
                let later = try await message(from: "127.0.0.3")
                try? await later.channel.close()
                if later.answer.hasPrefix("HTTP/1.1 100") { break }
            }
            try? await other.channel.close()
        }
    }

    @Test func `one key takes no other's bytes`() async throws {
        try await TestServer.run(configuration: BodyBudgetTests.configuration(), behindSocket: true) { server in
            let other = try await server.engine.createKey(name: "other").secret.text
            var open: [any Channel] = []
            for (secret, status) in [(server.secret, 100), (server.secret, 503), (other, 100), (other, 503)] {
                let one = try await BodyBudgetTests.announce(
                    8_000_000, to: "/v1/usage", "Authorization: Bearer \(secret)", port: server.port)
                #expect(one.answer.hasPrefix("HTTP/1.1 \(status)"), "\(one.answer)")
                open.append(one.channel)
            }
            for channel in open { try? await channel.close() }
        }
    }

    @Test func `a body of many values weighs what it becomes`() {
        let text = "[" + String(repeating: #"{"a":0},"#, count: 1_000) + "0]"
        #expect(BodyBudget.weight(of: Array(text.utf8)) > text.utf8.count * 20)
        #expect(BodyBudget.weight(of: Array("plain, text: {}".utf8)) == 15)
        #expect(BodyBudget.weight(of: [UInt8]()) == 0)
    }

    @Test func `what is taken is given back, to the byte`() {
        var limits = BodyLimits()
        (limits.maxBytes, limits.maxStrangerBytes) = (100, 50)
        (limits.maxBytesPerStranger, limits.maxBytesEach) = (30, 60)
        let budget = BodyBudget(limits: limits)
        let (a, b, c) = (
            BodyBudget.Party.stranger("a"), BodyBudget.Party.stranger("b"), BodyBudget.Party.stranger("c")
        )
        #expect(
            budget.take(30, for: a) && !budget.take(1, for: a) && budget.take(20, for: b) && !budget.take(1, for: c))
        #expect(budget.take(50, for: .key("k")) && !budget.take(1, for: .key("k")) && !budget.take(1, for: .user("u")))
        budget.giveBack(30, of: a)
        #expect(budget.take(10, for: .key("k")) && !budget.take(1, for: .key("k")) && budget.take(20, for: .user("u")))
        budget.giveBack(20, of: b)
        budget.giveBack(60, of: .key("k"))
        budget.giveBack(20, of: .user("u"))
        #expect(budget.bytes == 0)
        // What is larger than a share is let through alone, or nobody could ever send it.
        #expect(budget.take(40, for: c) && !budget.take(1, for: c))
    }
}
