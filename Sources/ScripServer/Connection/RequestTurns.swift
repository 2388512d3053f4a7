import NIOCore
import NIOHTTP1

/// What a route says through its channel when it is about to read a body: whoever waits to be told to send it is told.
struct BodyWanted: Sendable {}

/// A body that was not sent as HTTP has it; its connection says nothing more that could be understood.
struct BrokenBody: Error {}

/// Hands on one request at a time, and sees to it that each is what HTTP says, and its answer too (RFC 9110 and 9112).
///
/// What breaks a rule is refused here, in its turn, and ends its connection.
final class RequestTurns: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// The request whose turn it is.
    private struct Turn {
        let isHead: Bool
        let isOld: Bool
        /// Whether nothing comes after it.
        var closes: Bool
        var awaitsContinue: Bool
        /// How many bytes of its body are still to come; `nil` when nobody said.
        var remaining: Int?
        var hasArrived = false
        var isAnswered = false
    }

    private enum Arrival {
        case part(HTTPServerRequestPart)
        case fault(any Error)
        case end(ChannelEvent)
    }

    private let maxDiscardedBytes: Int
    /// What is done when another request may come.
    var onFree: () -> Void = {}
    /// Whether nothing more of the connection is listened to.
    private(set) var isOver = false
    private var turn: Turn?
    private var waiting = CircularBuffer<Arrival>()
    private var isQuiescing = false
    private var discarded = 0
    /// How the request began that is being decoded.
    private var beginning = RequestBeginning()

    init(maxDiscardedBytes: Int) {
        self.maxDiscardedBytes = maxDiscardedBytes
    }

    /// Whether more bytes may be decoded.
    var takesBytes: Bool { isOver || waiting.isEmpty && !(turn?.hasArrived ?? false) }

    /// How many bytes may be decoded at once: a body as it comes, requests a few at a time.
    var pieceBytes: Int {
        guard let turn, !turn.hasArrived else { return 4_096 }
        return turn.remaining.map { $0 > 0 ? $0 : 4_096 } ?? 16_384
    }

    /// Keeps how a request begins, for whoever has to say what is wrong with it.
    func willDecode(_ piece: ByteBuffer) {
        if turn == nil { beginning.add(piece) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isOver { return }
        take(.part(unwrapInboundIn(data)), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.fireErrorCaught(error) }
        if !isOver { take(.fault(error), context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { isQuiescing = true }
        if let event = event as? ChannelEvent, event == .inputClosed, !waiting.isEmpty {
            waiting.append(.end(event))
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func take(_ arrival: Arrival, _ context: ChannelHandlerContext) {
        if !waiting.isEmpty || turn?.hasArrived ?? false { waiting.append(arrival) } else { deliver(arrival, context) }
    }

    private func deliver(_ arrival: Arrival, _ context: ChannelHandlerContext) {
        switch arrival {
        case .part(.head(let head)): begin(head, context)
        case .part(.body(let bytes)):
            guard var turn else { return }
            turn.awaitsContinue = false
            turn.remaining = turn.remaining.map { $0 - bytes.readableBytes }
            self.turn = turn
            if turn.isAnswered {
                discarded += bytes.readableBytes
                if discarded > maxDiscardedBytes { return context.close(promise: nil) }
            }
            context.fireChannelRead(wrapInboundOut(.body(bytes)))
        case .part(.end(let trailers)):
            beginning = RequestBeginning()
            guard turn != nil else { return }
            turn?.hasArrived = true
            context.fireChannelRead(wrapInboundOut(.end(trailers)))
            if turn?.isAnswered ?? false { next(context) }
        case .fault(let error): fail(error, context)
        case .end(let event): context.fireUserInboundEventTriggered(event)
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let request: ProperRequest
        do { request = try ProperRequest(head) } catch { return refuse(error, context) }
        turn = Turn(
            isHead: head.method == .HEAD, isOld: head.version.minor == 0, closes: !request.keepsConnection,
            awaitsContinue: request.awaitsContinue, remaining: request.bodyBytes)
        context.fireChannelRead(wrapInboundOut(.head(request.head)))
    }

    /// Something came that cannot be understood.
    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        guard let turn else { return refuse(HTTPRuleBreach(error, beginning: beginning), context) }
        if turn.isAnswered { return finish(context) }
        self.turn?.closes = true
        self.turn?.hasArrived = true
        context.fireErrorCaught(BrokenBody())
    }

    /// Answers what is no request.
    private func refuse(_ breach: HTTPRuleBreach, _ context: ChannelHandlerContext) {
        isOver = true
        let answer = breach.answer
        context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        finish(context)
    }

    /// Sends what was written, and then says and listens to nothing more.
    private func finish(_ context: ChannelHandlerContext) {
        isOver = true
        turn = nil
        waiting.removeAll()
        context.flush()
        context.close(mode: .output, promise: nil)
        onFree()
    }

    /// The next request's turn.
    private func next(_ context: ChannelHandlerContext) {
        turn = nil
        discarded = 0
        while !waiting.isEmpty && !(turn?.hasArrived ?? false) && !isOver {
            deliver(waiting.removeFirst(), context)
        }
        context.fireChannelReadComplete()
        if takesBytes { onFree() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        guard var turn else { return context.write(data, promise: promise) }
        switch part {
        case .head(var head) where head.status.code >= 200:
            // Who was not told to send the body may send it or not, and nothing tells which.
            if turn.awaitsContinue && !turn.hasArrived || isQuiescing { turn.closes = true }
            if turn.isOld && !turn.isHead && !head.headers.contains(name: "content-length") {
                // It knows no chunks: the end of the connection is the end of the answer.
                (head.version, turn.closes) = (.http1_0, true)
            }
            if turn.closes {
                head.headers.replaceOrAdd(name: "connection", value: "close")
            } else if turn.isOld {
                head.headers.replaceOrAdd(name: "connection", value: "keep-alive")
            }
            self.turn = turn
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .head: context.write(data, promise: promise)
        case .body:
            if turn.isHead { promise?.succeed() } else { context.write(data, promise: promise) }
        case .end:
            if turn.isHead { promise?.succeed() } else { context.write(data, promise: promise) }
            self.turn?.isAnswered = true
            if turn.closes {
                finish(context)
            } else if turn.hasArrived {
                next(context)
            }
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is BodyWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
        if turn?.awaitsContinue ?? false {
            turn?.awaitsContinue = false
            let head = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        }
        promise?.succeed()
    }
}
