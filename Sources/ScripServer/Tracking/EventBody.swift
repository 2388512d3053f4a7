import HTTPTypes
import ScripAPI
import ScripIngest
import ScripJSON

/// The usage events of a request's body, in each format that is taken.
enum EventBody {
    /// Reads a body: an object with `events`, a list, lines of JSON, or CloudEvents.
    static func events(of call: Call) throws -> [ReceivedEvent] {
        let type = call.headers[.contentType]
        let marker = HTTPField.Name("ce-specversion").flatMap { call.headers[$0] }
        let limits = call.configuration.ingest.limits
        switch try CloudEvents.mode(contentType: type, hasSpecVersion: marker != nil) {
        case .structured:
            return [ReceivedEvent(cloudEvent: try CloudEvents.structured(call.body, limits: limits))]
        case .batched:
            return try CloudEvents.batch(call.body, limits: limits).map { ReceivedEvent(cloudEvent: $0) }
        case .binary:
            let headers = call.headers.map { (name: $0.name.rawName, value: $0.value) }
            let event = try CloudEvents.binary(headers: headers, body: call.body, limits: limits)
            return [ReceivedEvent(cloudEvent: event)]
        case nil: return try plain(call, type: type ?? "application/json")
        }
    }

    private static func plain(_ call: Call, type: String) throws -> [ReceivedEvent] {
        if type.hasPrefix("application/x-ndjson") || type.hasPrefix("application/jsonl") {
            return call.body.split(separator: UInt8(ascii: "\n"))
                .filter { !$0.allSatisfy { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 } }
                .map { ReceivedEvent(line: Array($0)) }
        }
        switch try call.json() {
        case .array(let elements): return elements.map { ReceivedEvent(plain: $0) }
        case let value:
            guard let elements = value["events"]?.arrayValue else {
                throw ValidationError([.init(pointer: "#/events", detail: "must be a list of events")])
            }
            if value.objectValue?.members.count != 1 {
                throw ValidationError([.init(pointer: "#", detail: "may have no field but 'events'")])
            }
            return elements.map { ReceivedEvent(plain: $0) }
        }
    }
}
