import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPCompression
import ScripWire

/// Undoes a body's `Content-Encoding`: gzip or deflate, never to more than a route takes.
enum BodyDecompression {
    static func decompressed(_ body: ByteBuffer, encoding: String?, upTo most: Int) throws -> ByteBuffer {
        guard let encoding = encoding?.lowercased(), encoding != "identity", body.readableBytes > 0 else { return body }
        if encoding != "gzip" && encoding != "deflate" {
            throw RequestRefusal(
                415, .unsupportedMediaType, "Unsupported content encoding",
                "Send the body as it is, or with gzip or deflate; '\(encoding)' is not supported.")
        }
        let channel = EmbeddedChannel(handler: NIOHTTPRequestDecompressor(limit: .size(most)))
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")
        head.headers.add(name: "content-encoding", value: encoding)
        head.headers.add(name: "content-length", value: String(body.readableBytes))
        do {
            try channel.writeInbound(HTTPServerRequestPart.head(head))
            try channel.writeInbound(HTTPServerRequestPart.body(body))
            try channel.writeInbound(HTTPServerRequestPart.end(nil))
        } catch NIOHTTPDecompression.DecompressionError.limit {
            throw RequestRefusal(
                413, .payloadTooLarge, "Body too large",
                "The unpacked body is larger than this route accepts: at most \(most) bytes.")
        } catch {
            throw RequestRefusal(
                400, .invalidRequest, "Invalid request", "The body does not match its Content-Encoding.")
        }
        var unpacked = ByteBuffer()
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            if case .body(var piece) = part { unpacked.writeBuffer(&piece) }
        }
        return unpacked
    }
}
