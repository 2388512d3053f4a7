import NIOCore
import NIOPosix

/// A connection on which a test writes and reads bytes as it likes.
enum RawConnection {
    /// Why nothing more can be read.
    struct Silence: Error, CustomStringConvertible {
        var description: String
    }

    /// Opens a connection for as long as a body runs.
    static func open<R: Sendable>(
        port: Int, _ body: @escaping @Sendable (Reader, NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws -> R
    ) async throws -> R {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.minutes(5))
            // Who still sends is not cut off by the end of what it receives.
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(Reader(inbound), outbound)
        }
    }

    /// What comes back.
    final class Reader {
        private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        /// What has come and was not taken.
        private(set) var text = ""

        init(_ stream: NIOAsyncChannelInboundStream<ByteBuffer>) {
            iterator = stream.makeAsyncIterator()
        }

        /// Reads until a text has come, and takes everything up to its end.
        func take(through end: String) async throws -> String {
            while true {
                if let found = text.firstRange(of: end) {
                    let taken = String(text[..<found.upperBound])
                    text = String(text[found.upperBound...])
                    return taken
                }
                guard let buffer = try await iterator.next() else {
                    throw Silence(description: "closed before '\(end)' came; there was '\(text)'")
                }
                text += String(buffer: buffer)
            }
        }

        /// Reads until the other end closes, and takes what is there.
        func takeAll() async -> String {
            while let buffer = try? await iterator.next() { text += String(buffer: buffer) }
            defer { text = "" }
            return text
        }
    }
}
