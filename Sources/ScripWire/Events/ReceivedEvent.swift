import ScripCore
import ScripEngine
import ScripIngest
import ScripJSON

/// A usage event as it came, in whatever format.
package struct ReceivedEvent: Sendable {
    private enum Kept: Sendable {
        case value(JSONValue)
        case text([UInt8])
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
    /// What else tells it from others without an id, beside what is kept of it.
    private var remainder: JSONValue?
    /// The trace of a span whose id is its response's: such ids may come again.
    private var trace: String?
    /// The failure that it is kept as.
    private var failure: TrackingFailure?

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
    package init(line: [UInt8]) {
        do throws(JSONSyntaxError) {
            self.init(plain: try JSONValue.parse(line))
        } catch {
            self.init(text: line, error)
        }
    }

    private init(text: [UInt8], _ error: JSONSyntaxError) {
        body = .failure(error)
        source = .text(text)
        format = .text
        isNamedByID = false
    }

    /// A CloudEvent, whose `source` and `id` alone tell it from others.
    package init(cloudEvent result: Result<IncomingEvent, IngestError>) {
        self.init(result, format: .cloudEvent)
    }

    /// A span of a trace.
    package init(span result: Result<IncomingEvent, IngestError>) {
        self.init(result, format: .span)
    }

    /// What was kept of a span; `nil` when it does not say which event it is.
    init?(spanBody value: JSONValue) {
        guard value["id"]?.stringValue != nil else { return nil }
        self.init(plain: value)
        format = .span
        isNamedByID = true
        trace = ReceivedEvent.trace(of: value, id: id)
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
            if format == .span { trace = ReceivedEvent.trace(of: whole, id: id) }
        case .failure(let error):
            let pointer = error.pointer.hasPrefix("#") ? error.pointer : "#" + error.pointer
            body = .failure(ValidationError([.init(pointer: pointer, detail: error.detail)]))
            (id, account) = (error.draft?.id, error.draft?.account)
            // A span's draft can be mended and replayed as it is; a CloudEvent is there as a whole to be read again.
            source = .value(format == .span ? error.draft?.body ?? error.raw : error.raw)
            if format == .span {
                remainder = error.raw
                trace = error.draft.flatMap { ReceivedEvent.trace(of: $0.body, id: $0.id) }
            }
        }
    }

    /// The trace of an event whose id is not made of it.
    private static func trace(of body: JSONValue, id: String?) -> String? {
        guard let trace = body["trace_id"]?.stringValue, id?.hasPrefix(trace) != true else { return nil }
        return trace
    }

    /// What is kept of it when it cannot be recorded.
    var kept: KeptEvent {
        if let failure { return KeptEvent(failure) }
        return switch source {
        case .text(let bytes): KeptEvent(text: String(decoding: bytes, as: UTF8.self))
        case .value(let value): KeptEvent(value)
        }
    }

    /// The same event as one that is kept already, of which less may be known than came.
    func kept(as failure: TrackingFailure) -> ReceivedEvent {
        var event = self
        event.failure = failure
        return event
    }

    /// What the event says was done, as far as it can be told.
    var action: String? {
        if let body = try? body.get() { return body["action"]?.stringValue }
        guard case .value(let value) = source else { return nil }
        return (value["action"] ?? value["type"])?.stringValue
    }

    /// Whether nothing but the id of a provider's answer names it: such ids may come again for another answer.
    var isNamedByAnswer: Bool { format == .plain && id == nil }

    /// The provider's answer that it carries.
    var answer: JSONValue? {
        guard let answer = (try? body.get())?["raw_usage"], answer != .null else { return nil }
        return answer
    }

    /// The id of the failure that it is, or was, or would be. A plain event's own id tells it from others only within its
    /// account, and a response's id not even there: then all that it says does.
    /// - Parameter eventID: its own id, as far as it can be told.
    func failureID(eventID: String?) -> String {
        if let failure { return failure.id }
        if let eventID, !isNamedByAnswer, isNamedByID || account?.isEmpty == false {
            return TrackingFailure.id(eventID: name(eventID), account: account, event: "")
        }
        return TrackingFailure.id(content: content)
    }

    /// The failures that the event was kept as, had it failed before or failed for want of an account, in this version or
    /// an earlier one. An event that its id does not tell from those of other accounts is none of those without an account:
    /// that may be another's.
    func failures(eventID: String?, recordedAs line: String) -> [RecordedEvent] {
        var failures = [RecordedEvent(failure: failureID(eventID: eventID), entry: line)]
        guard let eventID = isNamedByID ? id : eventID else { return failures }
        if isNamedByAnswer || trace != nil {
            // Earlier versions knew these by the response's id alone.
            let id = TrackingFailure.id(eventID: eventID, account: account, event: "")
            failures.append(RecordedEvent(failure: id, entry: line, event: kept.text))
        }
        if isNamedByID, account != nil {
            let id = TrackingFailure.id(eventID: name(eventID), account: nil, event: "")
            failures.append(RecordedEvent(failure: id, entry: line))
        }
        return failures
    }

    private func name(_ eventID: String) -> String { trace.map { "\(eventID)\u{0}\($0)" } ?? eventID }

    private var content: [UInt8] {
        switch source {
        case .text(let bytes): return bytes
        case .value(let value): return Array((KeptEvent.text(value) + (remainder.map(KeptEvent.text) ?? "")).utf8)
        }
    }

    private static func with(_ serviceTier: String, _ body: JSONValue) -> JSONValue {
        guard let object = body.objectValue, object["service_tier"] == nil else { return body }
        let tier = JSONObject.Member(name: "service_tier", value: .string(serviceTier))
        return .object(JSONObject(object.members + [tier]))
    }
}
