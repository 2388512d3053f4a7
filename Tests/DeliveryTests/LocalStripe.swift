import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server on this machine in the place of Stripe's API: it answers each path in one way, and counts who asks.
final class LocalStripe: Sendable {
    /// What becomes of a request.
    enum Answer: Sendable {
        case object(String)
        case redirect(Int, to: String)
        /// A head, and then a space now and then for ever.
        case dripping
        /// Nothing, for as long as the test lasts.
        case silence
    }

    private let answers: [String: Answer]
    private let counts = Mutex<[String: Int]>([:])

    private init(_ answers: [String: Answer]) {
        self.answers = answers
    }

    /// Runs a server for as long as a body runs, which gets its address.
    static func run(
        _ answers: [String: Answer], _ body: (LocalStripe, String) async throws -> Void
    ) async throws {
        let stripe = LocalStripe(answers)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(StripeHandler(stripe: stripe))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(stripe, "http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
        } catch {
            try? await channel.close()
            throw error
        }
        try? await channel.close()
    }

    /// How often a path was asked for.
    func count(_ path: String) -> Int { counts.withLock { $0[path] ?? 0 } }

    fileprivate func asked(_ path: String) -> Answer {
        counts.withLock { $0[path, default: 0] += 1 }
        return answers[path] ?? .silence
    }
}

private final class StripeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let stripe: LocalStripe
    private var path = ""

    init(stripe: LocalStripe) {
        self.stripe = stripe
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): path = head.uri
        case .body: break
        case .end: StripeHandler.answer(stripe.asked(path), to: context.channel)
        }
    }

    private static func answer(_ answer: LocalStripe.Answer, to channel: any Channel) {
        switch answer {
        case .object(let text): write(text, to: channel)
        case .redirect(let code, let location): write("{}", to: channel, status: code, location: location)
        case .dripping:
            write("", to: channel, missingBytes: 100_000)
            drip(on: channel)
        case .silence: break
        }
    }

    private static func write(
        _ text: String, to channel: any Channel, status: Int = 200, location: String? = nil, missingBytes: Int = 0
    ) {
        var headers = HTTPHeaders([("Content-Length", "\(text.utf8.count + missingBytes)")])
        if let location { headers.add(name: "Location", value: location) }
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text))), promise: nil)
        if missingBytes == 0 { channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil) }
    }

    private static func drip(on channel: any Channel) {
        channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: " ")))).whenSuccess {
            channel.eventLoop.scheduleTask(in: .milliseconds(50)) { drip(on: channel) }
        }
    }
}
