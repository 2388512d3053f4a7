import Foundation
import NIOCore
import Synchronization

/// Counts the connections of each address.
final class AddressConnections: Sendable {
    private let limit: Int
    private let counts = Mutex<[String: Int]>([:])

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes a place for a connection.
    /// - Returns: whether there was one left.
    func take(_ address: String) -> Bool {
        counts.withLock { counts in
            let count = counts[address, default: 0]
            if count >= limit { return false }
            counts[address] = count + 1
            return true
        }
    }

    /// Gives a place back.
    func giveBack(_ address: String) {
        counts.withLock { counts in
            let count = counts[address, default: 0] - 1
            counts[address] = count > 0 ? count : nil
        }
    }
}

/// What counts as one address: with IPv6 whoever has one has all of its network of 64 bits.
enum AddressNetwork {
    /// The network of an address, as text.
    static func of(_ address: String) -> String {
        guard address.contains(":"), case .v6(let parts) = try? SocketAddress(ipAddress: address, port: 0) else {
            return address
        }
        // By its place in `sockaddr_in6`: which module the member's name comes from depends on the order of the build.
        let bytes = withUnsafeBytes(of: parts.address) { Array($0[8..<24]) }
        // An address of IPv4 within IPv6.
        if bytes[..<10].allSatisfy({ $0 == 0 }) && bytes[10...11].allSatisfy({ $0 == 0xFF }) {
            return bytes[12...].map { String($0) }.joined(separator: ".")
        }
        return bytes[..<8].map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
    }
}

/// Closes a connection beyond the limit of its address.
final class AddressLimit: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let connections: AddressConnections
    private var taken: String?

    init(_ connections: AddressConnections) {
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        guard let address = context.channel.remoteAddress?.ipAddress.map(AddressNetwork.of) else { return }
        if connections.take(address) { taken = address } else { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        release()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { release() }

    private func release() {
        if let taken { connections.giveBack(taken) }
        taken = nil
    }
}
