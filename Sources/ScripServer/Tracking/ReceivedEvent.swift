import ScripAPI
import ScripCore
import ScripEngine
import ScripIngest
import ScripJSON

/// A usage event as it came, in whatever format.
package struct ReceivedEvent: Sendable {
    private enum Kept: Sendable {
        case value(JSONValue)
        case text(String)
    }

    /// The event as `POST /v1/usage` takes it, or why it cannot be read.
    var body: Result<JSONValue, any Error>
    /// Its own id, as far as it can be told.
    var id: String?
    /// Whose usage, as far as it can be told.
    var account: String?
    /// The format of what is kept.
    var format: TrackingFailure.Format
    /// Whether its id alone says that it is the same event, whatever else it carries and whosever it is.
    var isNamedByID: Bool
    private var source: Kept

    /// A plain event.
    package init(plain value: JSONValue) {
        body = .success(value)
        id = value["id"]?.stringValue
        account = value["account"]?.stringValue
        source = .value(value)
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
        source = .text(text)
        format = .text
        isNamedByID = false
    }

    /// A CloudEvent, whose `source` and `id` alone tell it from others.
    init(cloudEvent result: Result<IncomingEvent, IngestError>) {
        self.init(result, format: .cloudEvent)
    }

    /// A span of a trace.
    init(span result: Result<IncomingEvent, IngestError>) {
        self.init(result, format: .span)
    }

    /// What was kept of a span; `nil` when it does not say which event it is.
    init?(spanBody value: JSONValue) {
        guard value["id"]?.stringValue != nil else { return nil }
        self.init(plain: value)
        format = .span
        isNamedByID = true
    }

    private init(_ result: Result<IncomingEvent, IngestError>, format: TrackingFailure.Format) {
        isNamedByID = true
        self.format = format
        switch result {
        case .success(let event):
            let whole = event.serviceTier.map { ReceivedEvent.with($0, event.body) } ?? event.body
            body = .success(whole)
            (id, account) = (event.id, event.account)
            source = .value(event.raw ?? whole)
        case .failure(let error):
            let pointer = error.pointer.hasPrefix("#") ? error.pointer : "#" + error.pointer
            body = .failure(ValidationError([.init(pointer: pointer, detail: error.detail)]))
            (id, account) = (error.draft?.id, error.draft?.account)
            // A span's draft can be mended and replayed as it is; a CloudEvent is there as a whole to be read again.
            source = .value(format == .span ? error.draft?.body ?? error.raw : error.raw)
        }
    }

    /// What is kept of it when it cannot be recorded.
    var kept: String {
        switch source {
        case .text(let text): return text
        case .value(let value):
            var writer = JSONWriter()
            writer.value(value)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }

    /// The id of the failure that it is, or was, or would be. Without an account, a plain event's own id does not tell
    /// it from those of others, and what it carries must.
    /// - Parameter eventID: its own id, as far as it can be told.
    func failureID(eventID: String?) -> String {
        if let eventID, isNamedByID || account?.isEmpty == false {
            return TrackingFailure.id(eventID: eventID, account: account, event: "")
        }
        return TrackingFailure.id(eventID: nil, account: nil, event: kept)
    }

    private static func with(_ serviceTier: String, _ body: JSONValue) -> JSONValue {
        guard let object = body.objectValue, object["service_tier"] == nil else { return body }
        let tier = JSONObject.Member(name: "service_tier", value: .string(serviceTier))
        return .object(JSONObject(object.members + [tier]))
    }
}
