import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An issuer on this machine that answers over HTTP as a test wants it to, well or badly, and counts who asks.
final class LocalIssuer: Sendable {
    /// What becomes of a request.
    enum Answer: Sendable {
        case document(String)
        case status(Int, location: String? = nil)
        /// A document that is cut off by the end of the connection.
        case torn(String)
        /// A head, and then a space now and then for ever.
        case dripping
        /// Nothing, for as long as the test lasts.
        case silence
        /// The document, but only when ``open()`` is called.
        case held(String)

        /// Whether whoever asks hears all there is to hear, or that there is no more.
        var comesToAnEnd: Bool {
            switch self {
            case .dripping, .silence: false
            default: true
            }
        }
    }

    static let discovery = "/.well-known/openid-configuration"
    static let keySet = "/keys"

    let port: Int
    private let channel: any Channel
    private let script: IssuerScript

    var name: String { "http://127.0.0.1:\(port)" }

    /// Runs an issuer that publishes some keys for as long as a body runs.
    static func run(keys: [SigningPair] = [], _ body: (LocalIssuer) async throws -> Void) async throws {
        let script = IssuerScript()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(AnswerHandler(script: script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let issuer = LocalIssuer(channel: channel, script: script)
        issuer.answer(discovery, .document(issuer.discoveryDocument))
        issuer.publish(keys)
        do {
            try await body(issuer)
        } catch {
            try? await channel.close()
            throw error
        }
        try? await channel.close()
    }

    private init(channel: any Channel, script: IssuerScript) {
        self.channel = channel
        self.script = script
        port = channel.localAddress?.port ?? 0
    }

    var discoveryDocument: String { #"{"issuer":"\#(name)","jwks_uri":"\#(name)\#(LocalIssuer.keySet)"}"# }

    /// Answers a path in some way from now on.
    func answer(_ path: String, _ answer: Answer) { script.put(answer, at: path) }

    /// Publishes keys, and no others.
    func publish(_ keys: [SigningPair]) { answer(LocalIssuer.keySet, .document(SigningPair.keySet(keys))) }

    /// How often a path was asked for.
    func count(_ path: String) -> Int { script.count(path) }

    /// Waits until a path was asked for so often.
    func waitForRequests(_ count: Int, of path: String) async { await script.waitForRequests(count, of: path) }

    /// Answers all that is held, and what is asked for later at once.
    func open() { script.open() }

    /// Closes the port: whoever comes is turned away.
    func leave() async throws { try await channel.close() }
}

/// What an issuer is to answer, and what it was asked.
final class IssuerScript: Sendable {
    private struct State {
        var answers: [String: LocalIssuer.Answer] = [:]
        var counts: [String: Int] = [:]
        var held: [@Sendable () -> Void] = []
        var isOpen = false
        var waiting: [(path: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func put(_ answer: LocalIssuer.Answer, at path: String) { state.withLock { $0.answers[path] = answer } }

    func count(_ path: String) -> Int { state.withLock { $0.counts[path] ?? 0 } }

    func asked(_ path: String) -> LocalIssuer.Answer {
        let (answer, reached) = state.withLock { state in
            state.counts[path, default: 0] += 1
            let count = state.counts[path] ?? 0
            let reached = state.waiting.filter { $0.path == path && $0.count <= count }
            state.waiting.removeAll { $0.path == path && $0.count <= count }
            return (state.answers[path] ?? .status(404), reached.map(\.continuation))
        }
        for continuation in reached { continuation.resume() }
        return answer
    }

    func waitForRequests(_ count: Int, of path: String) async {
        await withCheckedContinuation { continuation in
            let isSo = state.withLock { state in
                if state.counts[path] ?? 0 >= count { return true }
                state.waiting.append((path, count, continuation))
                return false
            }
            if isSo { continuation.resume() }
        }
    }

    func hold(_ resume: @escaping @Sendable () -> Void) {
        let isOpen = state.withLock { state in
            if !state.isOpen { state.held.append(resume) }
            return state.isOpen
        }
        if isOpen { resume() }
    }

    func open() {
        let held = state.withLock { state in
            state.isOpen = true
            defer { state.held = [] }
            return state.held
        }
        for resume in held { resume() }
    }
}

/// Answers requests as a script says.
private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let script: IssuerScript

    init(script: IssuerScript) {
        self.script = script
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        let channel = context.channel
        switch script.asked(head.uri) {
        case .document(let text): AnswerHandler.write(text, to: channel)
        case .held(let text): script.hold { AnswerHandler.write(text, to: channel) }
        case .status(let code, let location):
            AnswerHandler.write("{}", to: channel, status: .init(statusCode: code), location: location)
        case .torn(let text):
            AnswerHandler.write(text, to: channel, missingBytes: 100)
            channel.close(promise: nil)
        case .dripping:
            AnswerHandler.write("", to: channel, missingBytes: 100_000)
            AnswerHandler.drip(on: channel)
        case .silence: break
        }
    }

    private static func write(
        _ text: String, to channel: any Channel, status: HTTPResponseStatus = .ok, location: String? = nil,
        missingBytes: Int = 0
    ) {
        var headers = HTTPHeaders([("Content-Length", "\(text.utf8.count + missingBytes)")])
        if let location { headers.add(name: "Location", value: location) }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
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
