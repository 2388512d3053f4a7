import ScripAPI
import ScripCore
import ScripEngine
import ScripIngest
import ScripJSON

/// A usage event as it came, in whatever format.
package struct ReceivedEvent: Sendable {
    /// The event as `POST /v1/usage` takes it, or why it cannot be read.
    var body: Result<JSONValue, any Error>
    /// Its own id, as far as it can be told.
    var id: String?
    /// Whose usage, as far as it can be told.
    var account: String?
    /// What is kept of it when it cannot be recorded.
    var kept: String
    /// The format of what is kept.
    var format: TrackingFailure.Format
    /// Whether its id alone says that it is the same event, whatever else it carries.
    var isNamedByID: Bool

    /// A plain event.
    package init(plain value: JSONValue) {
        body = .success(value)
        id = value["id"]?.stringValue
        account = value["account"]?.stringValue
        kept = ReceivedEvent.text(of: value)
        format = .plain
        isNamedByID = false
    }

    /// A line of text that should be a plain event.
    init(line: [UInt8]) {
        do throws(JSONSyntaxError) {
            self.init(plain: try JSONValue.parse(line))
        } catch {
            self.init(text: String(decoding: line, as: UTF8.self), error)
        }
    }

    private init(text: String, _ error: JSONSyntaxError) {
        body = .failure(error)
        kept = text
        format = .text
        isNamedByID = false
    }

    /// A CloudEvent, whose `source` and `id` alone tell it from others.
    init(cloudEvent result: Result<IncomingEvent, IngestError>, raw: JSONValue?) {
        self.init(result, format: .cloudEvent, raw: raw)
    }

    /// A span of a trace.
    init(span result: Result<IncomingEvent, IngestError>) {
        self.init(result, format: .span, raw: nil)
    }

    private init(_ result: Result<IncomingEvent, IngestError>, format: TrackingFailure.Format, raw: JSONValue?) {
        isNamedByID = true
        switch result {
        case .success(let event):
            let whole = event.serviceTier.map { ReceivedEvent.with($0, event.body) } ?? event.body
            body = .success(whole)
            (id, account) = (event.id, event.account)
            kept = ReceivedEvent.text(of: raw ?? whole)
            self.format = raw == nil ? .plain : format
        case .failure(let error):
            let pointer = error.pointer.hasPrefix("#") ? error.pointer : "#" + error.pointer
            body = .failure(ValidationError([.init(pointer: pointer, detail: error.detail)]))
            (id, account) = (error.draft?.id, error.draft?.account)
            // A draft can be mended and replayed as it is; of a CloudEvent all of it is there to be read again.
            kept = ReceivedEvent.text(of: format == .span ? error.draft?.body ?? error.raw : error.raw)
            self.format = format == .span && error.draft != nil ? .plain : format
        }
    }

    private static func with(_ serviceTier: String, _ body: JSONValue) -> JSONValue {
        guard let object = body.objectValue, object["service_tier"] == nil else { return body }
        let tier = JSONObject.Member(name: "service_tier", value: .string(serviceTier))
        return .object(JSONObject(object.members + [tier]))
    }

    private static func text(of value: JSONValue) -> String {
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
