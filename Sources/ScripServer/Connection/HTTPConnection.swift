import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// How the server speaks HTTP/1.1 on one connection: what stands between its bytes and the routes.
struct HTTPConnection: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let configuration: ServerConfiguration
    let addresses: AddressConnections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let (configuration, addresses) = (configuration, addresses)
        return channel.eventLoop.makeCompletedFuture {
            let limits = configuration.connections
            // A connection that is gone already says so elsewhere.
            try? channel.syncOptions?.setOption(
                .socketOption(.so_sndbuf), value: .init(clamping: limits.sendBufferBytes))
            try? channel.syncOptions?.setOption(
                .socketOption(.so_rcvbuf), value: .init(clamping: limits.receiveBufferBytes))
            var decoder = NIOHTTPDecoderLimitConfiguration()
            decoder.maxHeaderFieldSize = configuration.maxHeaderBytes
            decoder.maxHeaderListSize = configuration.maxHeaderBytes
            decoder.maxHeaderFieldCount = 100
            let turns = RequestTurns(maxDiscardedBytes: limits.maxDiscardedBytes)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(AddressLimit(addresses))
            try pipeline.addHandler(WriteDeadline(seconds: limits.writeSeconds))
            try pipeline.addHandler(ByteGate(turns: turns, maxDiscardedBytes: limits.maxDiscardedBytes))
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoder)
            try pipeline.addHandler(turns)
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandler(RequestDeadline(seconds: configuration.requestSeconds))
            try pipeline.addHandler(
                HTTPConnectionStateHandler(idleTimeout: .seconds(configuration.idleSeconds), logger: logger))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
