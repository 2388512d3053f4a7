import ScripCore
import ScripJSON

/// One CloudEvent in the JSON event format, on its way to a plain usage event.
struct CloudEvent {
    private static let longestAttributeBytes = 2_048

    private let json: JSONObject

    static func read(_ json: JSONValue) -> Result<IncomingEvent, IngestError> {
        guard let object = json.objectValue else {
            return .failure(IngestError(IngestIssue("#", .wrongType, "must be a JSON object"), raw: json))
        }
        let event = CloudEvent(json: object)
        return Result { () throws(IngestIssue) in try event.event() }
            .mapError { IngestError($0, raw: json, draft: event.draft()) }
    }

    /// Which event it is and whose, if it can be told, whatever else is wrong with it.
    private func draft() -> IncomingEvent? {
        guard let source = try? required("source"), let id = try? required("id") else { return nil }
        let data = try? CloudEventData(of: json).members()
        var body = EventMembers()
        body.fill("id", EventIdentity.name([source, id]))
        body.fill("account", data?["account"]?.stringValue ?? (try? attribute("subject")))
        return IncomingEvent(
            id: body["id"]?.stringValue, account: body["account"]?.stringValue,
            body: .object(JSONObject(body.members)))
    }

    private func event() throws(IngestIssue) -> IncomingEvent {
        guard try required("specversion") == "1.0" else {
            throw IngestIssue("#/specversion", .unsupported, "must be \"1.0\"")
        }
        let source = try required("source")
        let id = EventIdentity.name([source, try required("id")])
        let type = try required("type")
        let subject = try attribute("subject")
        let time = try attribute("time")
        if let time, RFC3339.parse(time) == nil {
            throw IngestIssue("#/time", .malformed, "must be an RFC 3339 time such as 2026-03-01T10:00:00Z")
        }
        var body = try CloudEventData(of: json).members()
        if body["id"] != nil {
            throw IngestIssue("#/data/id", .conflict, "is not allowed: the attributes 'source' and 'id' name the event")
        }
        guard let account = body["account"] ?? subject.map({ .string($0) }) else {
            throw IngestIssue("#/subject", .required, "is required if the data has no 'account'")
        }
        guard let accountText = account.stringValue, !accountText.isEmpty else {
            throw IngestIssue("#/data/account", .wrongType, "must be a non-empty string")
        }
        body["id"] = .string(id)
        body["account"] = account
        body.fill("action", type)
        body.fill("occurred_at", time)
        body.fill("trace_id", trace())
        return IncomingEvent(
            id: id, account: accountText, body: .object(JSONObject(body.members)), raw: .object(json))
    }

    /// The trace of the extension `traceparent` (W3C Trace Context); one that is not valid is as good as none.
    private func trace() -> String? {
        guard let text = json["traceparent"]?.stringValue else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].utf8.count == 2, parts[2].utf8.count == 16 else { return nil }
        return TraceIdentifier.hex(String(parts[1]), bytes: 16)
    }

    private func required(_ name: String) throws(IngestIssue) -> String {
        guard let text = try attribute(name) else { throw IngestIssue("#/\(name)", .required, "is required") }
        return text
    }

    private func attribute(_ name: String) throws(IngestIssue) -> String? {
        guard let value = json[name], value != .null else { return nil }
        guard let text = value.stringValue else { throw IngestIssue("#/\(name)", .wrongType, "must be a string") }
        if text.isEmpty { throw IngestIssue("#/\(name)", .malformed, "must not be empty") }
        if text.utf8.count > CloudEvent.longestAttributeBytes {
            throw IngestIssue("#/\(name)", .tooLarge, "may have at most \(CloudEvent.longestAttributeBytes) bytes")
        }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) {
            throw IngestIssue("#/\(name)", .malformed, "must have no control characters")
        }
        return text
    }
}
