import ScripCore
import ScripIngest
import ScripJSON

/// The usage events of a request's body, in each format that is taken.
package enum EventBody {
    /// Reads a body: an object with `events`, a list, lines of JSON, or CloudEvents. No body counts as an empty object.
    /// - Parameters:
    ///   - type: the body's media type; JSON if absent.
    ///   - headers: all headers of the request, in which a CloudEvent may have its attributes; names in any case.
    /// - Throws: ``ValidationError``, `JSONSyntaxError` or `IngestRefusal`.
    package static func events(
        in body: [UInt8], type: String?, headers: [(name: String, value: String)], limits: IngestLimits
    ) throws -> [ReceivedEvent] {
        let isMarked = headers.contains { $0.name.lowercased() == "ce-specversion" }
        switch try CloudEvents.mode(contentType: type, hasSpecVersion: isMarked) {
        case .structured:
            return [ReceivedEvent(cloudEvent: try CloudEvents.structured(body, limits: limits))]
        case .batched:
            return try CloudEvents.batch(body, limits: limits).map { ReceivedEvent(cloudEvent: $0) }
        case .binary:
            let event = try CloudEvents.binary(headers: headers, body: body, limits: limits)
            return [ReceivedEvent(cloudEvent: event)]
        case nil: return try plain(body, type: type ?? "application/json")
        }
    }

    private static func plain(_ body: [UInt8], type: String) throws -> [ReceivedEvent] {
        if type.hasPrefix("application/x-ndjson") || type.hasPrefix("application/jsonl") {
            return body.split(separator: UInt8(ascii: "\n"))
                .filter { !$0.allSatisfy { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 } }
                .map { ReceivedEvent(line: Array($0)) }
        }
        switch try JSONValue.ofBody(body) {
        case .array(let elements): return elements.map { ReceivedEvent(plain: $0) }
        case let value:
            guard let elements = value["events"]?.arrayValue else {
                throw ValidationError([.init(pointer: "#/events", detail: "must be a list of events")])
            }
            if value.objectValue?.members.count != 1 {
                throw ValidationError([.init(pointer: "#", detail: "must have no other field than 'events'")])
            }
            return elements.map { ReceivedEvent(plain: $0) }
        }
    }
}
