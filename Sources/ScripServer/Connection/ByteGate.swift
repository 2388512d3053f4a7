import NIOCore

/// Lets bytes through to the decoder a piece at a time, and none of the next request before the present one is
/// answered.
///
/// A client that sends many requests and reads no answers is read no further: only one read of the socket waits, and
/// the requests in one piece of it.
final class ByteGate: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private let turns: RequestTurns
    private let maxDiscardedBytes: Int
    private var context: ChannelHandlerContext?
    private var held = ByteBuffer()
    private var hasEnded = false
    private var wantsRead = false
    private var isFeeding = false
    private var discarded = 0

    init(turns: RequestTurns, maxDiscardedBytes: Int) {
        self.turns = turns
        self.maxDiscardedBytes = maxDiscardedBytes
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        turns.onFree = { [unowned self] in resume() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        turns.onFree = {}
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if turns.isOver { return discard(buffer.readableBytes, context) }
        if held.readableBytes == 0 { held = buffer } else { held.writeBuffer(&buffer) }
        feed()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        readOnIfOver(context)
    }

    func read(context: ChannelHandlerContext) {
        if held.readableBytes > 0 || !turns.takesBytes { wantsRead = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed, held.readableBytes > 0 {
            hasEnded = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// Goes on when the request whose turn it was is answered.
    private func resume() {
        guard let context else { return }
        feed()
        context.fireChannelReadComplete()
        if turns.isOver { return readOnIfOver(context) }
        if wantsRead && held.readableBytes == 0 && turns.takesBytes {
            wantsRead = false
            context.read()
        }
    }

    private func feed() {
        guard !isFeeding, let context else { return }
        isFeeding = true
        defer { isFeeding = false }
        while held.readableBytes > 0 && turns.takesBytes && !turns.isOver {
            let size = min(held.readableBytes, turns.pieceBytes)
            guard let piece = held.readSlice(length: size) else { break }
            turns.willDecode(piece)
            context.fireChannelRead(wrapInboundOut(piece))
        }
        if turns.isOver {
            discard(held.readableBytes, context)
            held.clear()
        }
        guard held.readableBytes == 0 else { return }
        held = ByteBuffer()
        if hasEnded {
            hasEnded = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    /// Reads what comes after the last answer. Nobody else asks for it any more, and whoever sends everything before it
    /// looks for an answer would send for ever.
    private func readOnIfOver(_ context: ChannelHandlerContext) {
        if turns.isOver { context.read() }
    }

    private func discard(_ bytes: Int, _ context: ChannelHandlerContext) {
        discarded += bytes
        if discarded > maxDiscardedBytes { context.close(promise: nil) }
    }
}
