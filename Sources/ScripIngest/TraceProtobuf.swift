import Foundation
import ScripJSON
import SwiftProtobuf

/// Reads spans from OTLP's protobuf encoding.
enum TraceProtobuf {
    static func spans(_ body: [UInt8], _ limits: IngestLimits) throws(IngestRefusal) -> [TraceSpan] {
        let outline = ProtobufOutline(body, maxLevels: limits.maxLevels, maxMessages: limits.maxMessages)
        if outline.spanCount > limits.maxSpans {
            throw IngestRefusal(.tooLarge, "A request may have at most \(limits.maxSpans) spans.")
        }
        if outline.messageCount > limits.maxMessages {
            throw IngestRefusal(.tooLarge, "A request may have at most \(limits.maxMessages) messages.")
        }
        guard outline.isWhole, let request = decoded(body, limits) else {
            throw IngestRefusal(.malformed, "The body is not a protobuf ExportTraceServiceRequest.")
        }
        var spans: [TraceSpan] = []
        for group in request.resourceSpans {
            let resource = TraceAttributes(
                members: members(group.resource.attributes), most: limits.maxAttributes)
            for scope in group.scopeSpans {
                spans += scope.spans.map { span in
                    TraceSpan(
                        traceID: TraceIdentifier.hex(span.traceID, count: 16),
                        spanID: TraceIdentifier.hex(span.spanID, count: 8),
                        parentSpanID: TraceIdentifier.hex(span.parentSpanID, count: 8),
                        hasFailed: span.hasStatus && span.status.code == 2, scope: scope.scope.name, name: span.name,
                        startTime: span.startTimeUnixNano, endTime: span.endTimeUnixNano,
                        attributes: TraceAttributes(members: members(span.attributes)), resource: resource
                    )
                }
            }
        }
        return spans
    }

    private static func decoded(_ body: [UInt8], _ limits: IngestLimits) -> OTLPExportTraceServiceRequest? {
        var options = BinaryDecodingOptions()
        options.messageDepthLimit = limits.maxLevels
        options.discardUnknownFields = true
        return try? OTLPExportTraceServiceRequest(serializedBytes: body, options: options)
    }

    private static func members(_ pairs: [OTLPKeyValue]) -> [JSONObject.Member] {
        pairs.map { JSONObject.Member(name: $0.key, value: value($0.value)) }
    }

    private static func value(_ value: OTLPAnyValue) -> JSONValue {
        switch value.value {
        case .stringValue(let text): return .string(text)
        case .boolValue(let truth): return .bool(truth)
        case .intValue(let number): return .number(String(number))
        case .doubleValue(let number): return number.isFinite ? .number("\(number)") : .string("\(number)")
        case .arrayValue(let array): return .array(array.values.map { self.value($0) })
        case .bytesValue(let bytes): return .string(bytes.base64EncodedString())
        case .kvlistValue(let list):
            var names: Set<String> = []
            let members = list.values.filter { names.insert($0.key).inserted }
            return .object(JSONObject(members.map { .init(name: $0.key, value: self.value($0.value)) }))
        case nil: return .null
        }
    }
}
