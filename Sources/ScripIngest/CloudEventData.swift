import Foundation
import ScripJSON

/// The data of a CloudEvent: fields of a usage event, or the token counts OpenMeter's clients send.
struct CloudEventData {
    private static let maxMembers = 256

    private let event: JSONObject

    init(of event: JSONObject) {
        self.event = event
    }

    func members() throws(IngestIssue) -> EventMembers {
        let data = try data()
        guard data != .null else { return EventMembers() }
        guard let object = data.objectValue else { throw IngestIssue("#/data", .wrongType, "must be a JSON object") }
        if object.members.count > CloudEventData.maxMembers {
            throw IngestIssue("#/data", .tooLarge, "may have at most \(CloudEventData.maxMembers) members")
        }
        let members = EventMembers(object)
        return members["tokens"] == nil ? members : try CloudEventData.counted(members)
    }

    private func data() throws(IngestIssue) -> JSONValue {
        let plain = event["data"] ?? .null
        let encoded = event["data_base64"] ?? .null
        if plain != .null, encoded != .null {
            throw IngestIssue("#/data_base64", .conflict, "cannot stand beside 'data'")
        }
        if plain != .null || encoded != .null { try checkMediaType() }
        if encoded == .null { return plain }
        guard let text = encoded.stringValue else {
            throw IngestIssue("#/data_base64", .wrongType, "must be a string")
        }
        guard let bytes = Data(base64Encoded: text) else {
            throw IngestIssue("#/data_base64", .malformed, "must be base64")
        }
        do {
            return try JSONValue.parse(Array(bytes))
        } catch {
            throw IngestIssue("#/data_base64", .malformed, "must hold JSON: \(error)")
        }
    }

    private func checkMediaType() throws(IngestIssue) {
        guard let value = event["datacontenttype"], value != .null else { return }
        guard let text = value.stringValue else {
            throw IngestIssue("#/datacontenttype", .wrongType, "must be a string")
        }
        if !MediaType(text).isJSON {
            throw IngestIssue("#/datacontenttype", .unsupported, "must be a JSON media type such as application/json")
        }
    }

    /// The names a usage event may have in data that also names `tokens`.
    private static let plainNames: Set<String> = [
        "account", "action", "user", "quantity", "model", "provider", "cost_usd", "amount", "credit_type", "resource",
        "description", "metadata", "occurred_at", "trace_id",
    ]

    private static let classes = [
        "input": "input_tokens", "prompt": "input_tokens", "output": "output_tokens", "completion": "output_tokens",
    ]

    /// Data as OpenMeter's clients send it: `tokens` (a number, or a string of one) of the class `type`; what no usage
    /// event has becomes metadata.
    private static func counted(_ data: EventMembers) throws(IngestIssue) -> EventMembers {
        for name in ["usage", "raw_usage"] where data[name] != nil {
            throw IngestIssue("#/data/\(name)", .conflict, "cannot stand beside 'tokens'")
        }
        let tokens = data["tokens"] ?? .null
        guard let count = tokens.integerValue ?? tokens.stringValue.flatMap({ Int64($0) }), count >= 0 else {
            throw IngestIssue("#/data/tokens", .wrongType, "must be a whole number, 0 or more")
        }
        guard let type = data["type"] else { throw IngestIssue("#/data/type", .required, "is required with 'tokens'") }
        guard let name = type.stringValue.flatMap({ classes[$0] }) else {
            throw IngestIssue("#/data/type", .unsupported, "must be input or output")
        }
        var event = EventMembers()
        var metadata = EventMembers(data["metadata"]?.objectValue ?? JSONObject())
        for member in data.members where !["tokens", "type", "metadata"].contains(member.name) {
            if plainNames.contains(member.name) {
                event[member.name] = member.value
            } else if metadata[member.name] == nil {
                metadata[member.name] = member.value
            }
        }
        event["usage"] = .object(JSONObject([.init(name: name, value: .number(String(count)))]))
        if let given = data["metadata"], given.objectValue == nil {
            event["metadata"] = given
        } else if !metadata.members.isEmpty {
            event["metadata"] = .object(JSONObject(metadata.members))
        }
        return event
    }
}
