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

    /// The body of a refusal, a `google.rpc.Status`.
    /// - Parameter code: a code of gRPC, such as 3 for an invalid argument.
    public func refusal(code: Int32 = 3, message: String) -> [UInt8] {
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

    /// Serializing fails only where a required field is missing; these messages have none.
    private static func bytes(of message: some Message) -> [UInt8] {
        (try? message.serializedBytes()) ?? []
    }
}
