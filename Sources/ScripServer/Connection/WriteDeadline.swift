import Foundation
import NIOCore

/// Ends a connection whose reader does not read: what is written and does not go out would stay in memory for ever.
///
/// Twice in each limit it is looked at how much went out since the last look. A reader that took next to nothing two times is
/// gone, or means harm; so a byte now and then does not keep a connection.
final class WriteDeadline: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = IOData

    /// How many bytes have to go out between two looks.
    private static let leastBytes = 4_096

    private let pause: TimeAmount
    private var written: Int64 = 0
    /// What had gone out at the last look; `nil` when nothing was waiting then.
    private var seen: Int64?
    private var hasStoodStill = false
    private var look: Scheduled<Void>?

    init(seconds: Int64) {
        pause = .milliseconds(max(1, seconds.multipliedReportingOverflow(by: 500).partialValue))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        written = written.addingReportingOverflow(Int64(unwrapOutboundIn(data).readableBytes)).partialValue
        context.write(data, promise: promise)
        if look == nil { schedule(context) }
    }

    private func schedule(_ context: ChannelHandlerContext) {
        look = context.eventLoop.assumeIsolated().scheduleTask(in: pause) { [self] in
            look = nil
            take(context)
        }
    }

    private func take(_ context: ChannelHandlerContext) {
        let waiting = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if waiting == 0 {
            (seen, hasStoodStill) = (nil, false)
            return
        }
        let gone = written.subtractingReportingOverflow(Int64(waiting)).partialValue
        if let seen {
            let isStill = gone.subtractingReportingOverflow(seen).partialValue < WriteDeadline.leastBytes
            if isStill && hasStoodStill { return abort(context.channel) }
            hasStoodStill = isStill
        }
        seen = gone
        schedule(context)
    }

    /// Closes at once, and lets the system keep nothing of what was not read.
    private func abort(_ channel: any Channel) {
        _ = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        channel.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        look?.cancel()
        look = nil
    }
}
