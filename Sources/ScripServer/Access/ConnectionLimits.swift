import Foundation
import NIOCore
import NIOHTTPTypes
import Synchronization

/// How many connections are open at once.
public struct ConnectionLimits: Sendable, Hashable {
    /// In all. Beyond it no more are accepted until some are closed; they wait in the system's queue.
    public var most: Int
    /// From one address; beyond it a new one is closed at once.
    public var mostPerAddress: Int
    /// For how many seconds an answer may stand still because its reader does not read.
    public var writeSeconds: Int64 = 30

    /// How many open files are left to databases, logs and payment providers.
    private static let reserved = 256

    /// Limits.
    /// - Parameters:
    ///   - most: in all; as many as the process may have open files, less those it needs itself, if absent.
    ///   - mostPerAddress: from one address; half of all if absent, since a proxy before the server is one address.
    public init(most: Int? = nil, mostPerAddress: Int? = nil) {
        let possible = max(16, ConnectionLimits.openFiles - ConnectionLimits.reserved)
        self.most = min(most ?? min(possible, 20_000), possible)
        self.mostPerAddress = min(mostPerAddress ?? max(8, self.most / 2), self.most)
    }

    /// How many files the process may have open.
    private static var openFiles: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        return Int(clamping: limit.rlim_cur)
    }
}

/// Counts the connections of each address.
final class AddressConnections: Sendable {
    private let limit: Int
    private let counts = Mutex<[String: Int]>([:])

    init(limit: Int) {
        self.limit = limit
    }

    func take(_ address: String) -> Bool {
        counts.withLock { counts in
            let count = counts[address, default: 0]
            if count >= limit { return false }
            counts[address] = count + 1
            return true
        }
    }

    func giveBack(_ address: String) {
        counts.withLock { counts in
            let count = counts[address, default: 0] - 1
            counts[address] = count > 0 ? count : nil
        }
    }
}

/// Closes a connection beyond the limit of its address.
final class AddressLimit: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart

    private let connections: AddressConnections
    private var taken: String?

    init(_ connections: AddressConnections) {
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        guard let address = context.channel.remoteAddress?.ipAddress else { return }
        if connections.take(address) { taken = address } else { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        letGo()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { letGo() }

    private func letGo() {
        if let taken { connections.giveBack(taken) }
        taken = nil
    }
}

/// Ends a connection whose reader does not read: what is written and does not go out would stay in memory for ever.
final class WriteDeadline: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart

    private let limit: TimeAmount
    private var pending = 0
    private var scheduled: Scheduled<Void>?

    init(seconds: Int64) {
        limit = .seconds(seconds)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let done = promise ?? context.eventLoop.makePromise(of: Void.self)
        pending += 1
        if scheduled == nil { schedule(context.channel) }
        let channel = context.channel
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        done.futureResult.whenComplete { _ in handler.value.wrote(channel) }
        context.write(data, promise: done)
    }

    /// Something went out: the rest has its whole time again.
    private func wrote(_ channel: any Channel) {
        pending -= 1
        scheduled?.cancel()
        scheduled = nil
        if pending > 0 { schedule(channel) }
    }

    private func schedule(_ channel: any Channel) {
        scheduled = channel.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        scheduled?.cancel()
        scheduled = nil
    }
}
