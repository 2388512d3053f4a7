import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server on this machine in the place of a payment service's API: it answers each path in one way, and counts who
/// asks.
final class LocalService: Sendable {
    /// What becomes of a request.
    enum Answer: Sendable {
        case object(String)
        case redirect(Int, to: String)
        case status(Int, String)
        /// Whatever a test makes up, for any path that has no answer of its own.
        case madeUp(@Sendable (String) -> (Int, String))
        /// A head, and then a space now and then for ever.
        case dripping
        /// Nothing, for as long as the test lasts.
        case silence
    }

    private let answers: [String: Answer]
    private let counts = Mutex<[String: Int]>([:])
    private let sent = Mutex<[String]>([])

    private init(_ answers: [String: Answer]) {
        self.answers = answers
    }

    /// Runs a server for as long as a body runs, which gets its address.
    static func run(
        _ answers: [String: Answer], _ body: (LocalService, String) async throws -> Void
    ) async throws {
        let service = LocalService(answers)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(ServiceHandler(service: service))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(service, "http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
        } catch {
            try? await channel.close()
            throw error
        }
        try? await channel.close()
    }

    /// The bodies that came, in order, each after its path and a space.
    var bodies: [String] { sent.withLock { $0 } }

    /// How often a path was asked for.
    func count(_ path: String) -> Int { counts.withLock { $0[path] ?? 0 } }

    fileprivate func asked(_ path: String, body: String) -> Answer {
        if !body.isEmpty { sent.withLock { $0.append("\(path) \(body)") } }
        counts.withLock { $0[path, default: 0] += 1 }
        return answers[path] ?? answers["*"] ?? .silence
    }
}

private final class ServiceHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let service: LocalService
    private var path = ""
    private var body = ""

    init(service: LocalService) {
        self.service = service
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (path, body) = (head.uri, "")
        case .body(let bytes): body += String(buffer: bytes)
        case .end: ServiceHandler.answer(service.asked(path, body: body), path, to: context.channel)
        }
    }

    private static func answer(_ answer: LocalService.Answer, _ path: String, to channel: any Channel) {
        switch answer {
        case .madeUp(let make):
            let (code, text) = make(path)
            write(text, to: channel, status: code)
        case .object(let text): write(text, to: channel)
        case .status(let code, let text): write(text, to: channel, status: code)
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
