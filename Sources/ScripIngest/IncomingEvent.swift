import ScripJSON

/// A plain usage event that was read from an event of another format.
public struct IncomingEvent: Hashable, Sendable {
    /// The event's name, by which it is recognised when it comes again. The same name means the same usage, even when
    /// a later copy carries more or less detail (CloudEvents 1.0 on `source` and `id`; one response, one id).
    public var id: String?
    /// Whose usage.
    public var account: String?
    /// The usage event as `POST /v1/usage` takes it, `id` and `account` included.
    public var body: JSONValue
    /// The service tier the provider answered with, where a span names one (it is in the `metadata` of `body` too).
    public var serviceTier: String?
    /// The event as it came, where it can be read again from that: a CloudEvent in the JSON event format.
    public var raw: JSONValue?

    /// Makes an event that was read from another format.
    public init(
        id: String?, account: String?, body: JSONValue, serviceTier: String? = nil, raw: JSONValue? = nil
    ) {
        self.id = id
        self.account = account
        self.body = body
        self.serviceTier = serviceTier
        self.raw = raw
    }
}

/// Why one event of a batch cannot be recorded, with the event itself, so that it can be kept, mended and replayed.
public struct IngestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which kind of rule is broken.
    public enum Rule: String, Hashable, Sendable, CaseIterable {
        /// Something must be there and is not.
        case required
        /// A value is of another JSON type.
        case wrongType = "wrong_type"
        /// A value does not have the form it must have.
        case malformed
        /// A value is fine, and not taken here.
        case unsupported
        /// There is too much of something.
        case tooLarge = "too_large"
        /// The same thing is said twice, differently.
        case conflict
        /// Counts that contradict each other.
        case inconsistent
    }

    /// Where, as a JSON pointer into ``raw``.
    public var pointer: String
    /// Which kind of rule is broken.
    public var rule: Rule
    /// The rule itself, a phrase that follows the name of the field.
    public var detail: String
    /// The event as it came. Of a span: its ids, name, time and attributes, without prompts and answers.
    public var raw: JSONValue
    /// The plain usage event, as far as it could be read.
    public var draft: IncomingEvent?

    /// A sentence for people.
    public var description: String { "\(pointer) \(detail)" }

    init(_ issue: IngestIssue, raw: JSONValue, draft: IncomingEvent? = nil) {
        (pointer, rule, detail) = (issue.pointer, issue.rule, issue.detail)
        self.raw = raw
        self.draft = draft
    }
}

/// Why a whole request cannot be read.
public struct IngestRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// It is not of the format it says it is (400).
        case malformed
        /// It is larger than the limits allow (413).
        case tooLarge = "too_large"
        /// Its media type is not read here (415).
        case unsupportedMediaType = "unsupported_media_type"
    }

    /// What is wrong with it.
    public var reason: Reason
    /// A sentence for people.
    public var detail: String

    /// A sentence for people.
    public var description: String { detail }

    init(_ reason: Reason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }
}

/// What is wrong with one event, before the event itself is joined to it.
struct IngestIssue: Error, Hashable {
    var pointer: String
    var rule: IngestError.Rule
    var detail: String

    init(_ pointer: String, _ rule: IngestError.Rule, _ detail: String) {
        self.pointer = pointer
        self.rule = rule
        self.detail = detail
    }
}
