import ScripJSON
import SwiftProtobuf

/// The encodings of OTLP/HTTP, and its answers in each.
public enum TraceEncoding: Hashable, Sendable, CaseIterable {
    /// OTLP's JSON mapping.
    case json
    /// Binary protobuf.
    case protobuf

    /// The encoding a media type asks for.
    /// - Throws: ``IngestRefusal`` for any other.
    public init(contentType: String?) throws(IngestRefusal) {
        switch contentType.map({ MediaType($0).essence }) {
        case "application/json": self = .json
        case "application/x-protobuf": self = .protobuf
        default:
            throw IngestRefusal(
                .unsupportedMediaType, "Send traces as application/x-protobuf or as application/json.")
        }
    }

    /// The media type of answers.
    public var contentType: String {
        switch self {
        case .json: "application/json"
        case .protobuf: "application/x-protobuf"
        }
    }

    /// The body of a success, an `ExportTraceServiceResponse`.
    /// - Parameters:
    ///   - rejectedSpanCount: how many spans were not recorded; the client does not send them again.
    ///   - message: why, or a warning when none were rejected; empty when all is well.
    public func answer(rejectedSpanCount: Int = 0, message: String = "") -> [UInt8] {
        let isPartial = rejectedSpanCount > 0 || !message.isEmpty
        switch self {
        case .json:
            var writer = JSONWriter()
            writer.object { writer in
                guard isPartial else { return }
                writer.name("partialSuccess")
                writer.object { writer in
                    writer.name("rejectedSpans")
                    writer.string(String(rejectedSpanCount))
                    writer.name("errorMessage")
                    writer.string(message)
                }
            }
            return writer.bytes
        case .protobuf:
            var response = OTLPExportTraceServiceResponse()
            if isPartial {
                response.partialSuccess.rejectedSpans = Int64(rejectedSpanCount)
                response.partialSuccess.errorMessage = message
            }
            return TraceEncoding.bytes(of: response)
        }
    }

    /// The body of a refusal, a `google.rpc.Status` with gRPC's code for an HTTP status (OTLP 1.x, "Failures").
    public func refusal(httpStatus: Int, message: String) -> [UInt8] {
        let code = TraceEncoding.code(httpStatus: httpStatus)
        switch self {
        case .json:
            var writer = JSONWriter()
            writer.object { writer in
                writer.name("code")
                writer.integer(code)
                writer.name("message")
                writer.string(message)
            }
            return writer.bytes
        case .protobuf:
            var status = OTLPStatus()
            status.code = code
            status.message = message
            return TraceEncoding.bytes(of: status)
        }
    }

    /// The code of gRPC that goes with an HTTP status, as `google/rpc/code.proto` pairs them.
    private static func code(httpStatus: Int) -> Int32 {
        switch httpStatus {
        case 401: 16
        case 403: 7
        case 429: 8
        case 503: 14
        case 500...: 13
        default: 3
        }
    }

    /// Serializing fails only where a required field is missing; these messages have none.
    private static func bytes(of message: some Message) -> [UInt8] {
        (try? message.serializedBytes()) ?? []
    }
}
