import Foundation
import HTTPTypes
import NIOCore
import ScripEngine
import ScripJSON
import ScripServer
import Testing

/// Exporters of traces understand refusals as OTLP/HTTP words them (https://opentelemetry.io/docs/specs/otlp/#failures).
@Suite(.timeLimit(.minutes(15))) struct TraceRefusalTests {
    private static let types = ["application/json", "application/x-protobuf"]

    /// The code and the message of a `google.rpc.Status`, read by hand; `nil` for anything else.
    private static func status(_ reply: RawReply, type: String) -> (code: Int, message: String)? {
        guard reply.headers[.contentType] == type else { return nil }
        let bytes = Array(reply.body.readableBytesView)
        if type == "application/json" {
            guard let json = try? JSONValue.parse(bytes), let code = json["code"]?.integerValue,
                let message = json["message"]?.stringValue, json.objectValue?.members.count == 2
            else { return nil }
            return (Int(code), message)
        }
        // Field 1, a varint of one byte; field 2, a text of fewer than 128 bytes.
        guard bytes.count >= 4, bytes[0] == 0x08, bytes[2] == 0x12, Int(bytes[3]) == bytes.count - 4 else { return nil }
        return (Int(bytes[1]), String(decoding: bytes[4...], as: UTF8.self))
    }

    @Test(arguments: types)
    func `a refusal is a status in the encoding of the request`(type: String) async throws {
        try await TestServer.run(configuration: ServerConfiguration(maxBatchBytes: 10_000)) { server in
            let broken = Array(type == "application/json" ? #"{"resourceSpans":"#.utf8 : "\n\u{7F}".utf8)
            let cases: [(status: Int, code: Int, body: [UInt8], headers: [String: String])] = [
                (400, 3, broken, [:]),
                (413, 3, Array(repeating: 0x20, count: 10_001), [:]),
                (415, 3, [0x20], ["content-encoding": "br"]),
                (401, 16, [], ["authorization": "Bearer scrip_sk_live_nobody"]),
            ]
            for (status, code, body, headers) in cases {
                let reply = try await server.send(
                    .post, "/v1/traces", body, headers: headers.merging(["content-type": type]) { first, _ in first })
                let stated = try #require(TraceRefusalTests.status(reply, type: type), "\(status)")
                #expect(reply.status.code == status && stated.code == code && !stated.message.isEmpty, "\(status)")
                #expect(reply.headers[try #require(HTTPField.Name("X-Request-Id"))] != nil)
            }
        }
    }

    @Test(arguments: types)
    func `an exporter is told when to send again`(type: String) async throws {
        let configuration = ServerConfiguration(limits: RequestLimits(perKey: 1, perUser: nil))
        try await TestServer.run(configuration: configuration) { server in
            let body = Array(type == "application/json" ? "{}".utf8 : "".utf8)
            let first = try await server.send(.post, "/v1/traces", body, headers: ["content-type": type])
            #expect(first.status == .ok && first.headers[.contentType] == type)
            let second = try await server.send(.post, "/v1/traces", body, headers: ["content-type": type])
            #expect(second.status == .tooManyRequests && second.headers[.retryAfter] == "60")
            #expect(TraceRefusalTests.status(second, type: type)?.code == 8)
        }
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let name = type == "application/json" ? "traces.json" : "traces.pb"
        let spans = Array(try Data(contentsOf: folder.appending(path: "Data/ingest/\(name)")))
        try await TestServer.run { server in
            await server.engine.drain()
            let reply = try await server.send(.post, "/v1/traces", spans, headers: ["content-type": type])
            #expect(reply.status == .serviceUnavailable && reply.headers[.retryAfter] == "1")
            #expect(TraceRefusalTests.status(reply, type: type)?.code == 14)
        }
    }

    @Test func `a request in neither encoding, or to another route, has a problem`() async throws {
        try await TestServer.run { server in
            for headers in [["content-type": "text/plain"], [:]] {
                let reply = try await server.call(.post, "/v1/traces", "spans", headers: headers)
                #expect(reply.status == 415 && reply["code"] == "unsupported_media_type")
                #expect(reply.headers[.contentType] == "application/problem+json")
            }
            let usage = try await server.call(.post, "/v1/usage", "{", headers: ["content-type": "application/json"])
            #expect(usage.status == 400 && usage.headers[.contentType] == "application/problem+json")
        }
    }
}
