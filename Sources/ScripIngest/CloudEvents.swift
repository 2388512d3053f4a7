import ScripJSON

/// Reads CloudEvents 1.0 over HTTP (structured, batched and binary mode, JSON data) as plain usage events.
///
/// The usage event's name is made of `source` and `id`, by which alone the specification tells events apart: `source`,
/// `|` and `id`, or, where that is no valid name, `sha256:` and a SHA-256 of both. `subject` is the account unless the
/// data names one, `type` the action, `time` the time; the extension `traceparent` gives the trace. The data is the
/// rest of the usage event.
public enum CloudEvents {
    /// How an event lies in a request.
    public enum Mode: Hashable, Sendable {
        /// One event as JSON.
        case structured
        /// A list of events as JSON.
        case batched
        /// The data as the body, everything else in headers.
        case binary
    }

    /// How the CloudEvents of a request lie in it; `nil` when it holds none.
    /// - Parameter hasSpecVersion: whether there is a header `ce-specversion`.
    /// - Throws: ``IngestRefusal`` for CloudEvents formats other than JSON.
    public static func mode(contentType: String?, hasSpecVersion: Bool) throws(IngestRefusal) -> Mode? {
        switch contentType.map({ MediaType($0).essence }) {
        case "application/cloudevents+json": return .structured
        case "application/cloudevents-batch+json": return .batched
        case let type? where type.hasPrefix("application/cloudevents"):
            throw IngestRefusal(.unsupportedMediaType, "CloudEvents must be JSON, not '\(type)'.")
        default: return hasSpecVersion ? .binary : nil
        }
    }

    /// Reads an event in structured mode.
    /// - Throws: ``IngestRefusal`` when the body is not JSON or too large.
    public static func structured(
        _ body: [UInt8], limits: IngestLimits = IngestLimits()
    ) throws(IngestRefusal) -> Result<IncomingEvent, IngestError> {
        CloudEvent.read(try json(body, limits))
    }

    /// Reads a batch of events; a batch may be empty, and an event that cannot be read leaves the others alone.
    /// - Throws: ``IngestRefusal`` when the body is not a JSON array, or too large.
    public static func batch(
        _ body: [UInt8], limits: IngestLimits = IngestLimits()
    ) throws(IngestRefusal) -> [Result<IncomingEvent, IngestError>] {
        guard let events = try json(body, limits).arrayValue else {
            throw IngestRefusal(.malformed, "A batch of CloudEvents must be a JSON array.")
        }
        if events.count > limits.maxEvents {
            throw IngestRefusal(.tooLarge, "A batch may have at most \(limits.maxEvents) events.")
        }
        return events.map { CloudEvent.read($0) }
    }

    /// Reads an event in binary mode.
    /// - Parameter headers: all headers of the request; names in any case.
    /// - Throws: ``IngestRefusal`` when the body or the headers are too large.
    public static func binary(
        headers: [(name: String, value: String)], body: [UInt8], limits: IngestLimits = IngestLimits()
    ) throws(IngestRefusal) -> Result<IncomingEvent, IngestError> {
        try limits.checkBody(body)
        if headers.count > limits.maxAttributes {
            throw IngestRefusal(.tooLarge, "A request may have at most \(limits.maxAttributes) headers.")
        }
        let message = BinaryCloudEvent(headers: headers, body: body)
        if let issue = message.issue { return .failure(IngestError(issue, raw: message.event)) }
        return CloudEvent.read(message.event)
    }

    private static func json(_ body: [UInt8], _ limits: IngestLimits) throws(IngestRefusal) -> JSONValue {
        try limits.checkBody(body)
        do {
            return try JSONValue.parse(body, depth: limits.maxLevels)
        } catch {
            throw IngestRefusal(.malformed, "The body is not JSON: \(error).")
        }
    }
}
