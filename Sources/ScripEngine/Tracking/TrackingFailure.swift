import ScripCore

/// Usage that could not be recorded, or not priced: kept with its reason until somebody mends it.
public struct TrackingFailure: Sendable, Hashable {
    /// What became of it.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// It waits.
        case open
        /// It was recorded after all.
        case resolved
        /// Somebody decided that it need not be recorded.
        case dismissed
    }

    /// What was kept of it.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// A plain usage event, as `POST /v1/usage` takes it.
        case plain
        /// A CloudEvent.
        case cloudEvent = "cloudevent"
        /// A call of a model that a trace tells of, without prompts and answers: a plain usage event if its span could
        /// be read that far, or else the span.
        case span
        /// A line of a journal that recorded usage without a price.
        case entry
        /// Text that is no JSON.
        case text
    }

    /// The id, `tf_` and a digest; the same event that fails again is the same failure.
    public var id: String
    /// Its place in the order of first receipt, given by the store.
    public var number: Int64
    /// What became of it.
    public var status: Status
    /// The stable code of the reason, as in problem details.
    public var reason: String
    /// The reason in words.
    public var detail: String
    /// The event's own id.
    public var eventID: String?
    /// Whose usage, where the event says so.
    public var account: String?
    /// What was kept.
    public var format: Format
    /// What was kept, as it came.
    public var event: String
    /// The line that recorded the usage: without a price while open, with one when resolved.
    public var entry: String?
    /// When it first came.
    public var receivedAt: Timestamp
    /// When it was tried last.
    public var lastAttemptAt: Timestamp
    /// How often it was tried.
    public var attempts: Int64

    /// A failure that was just found. Databases keep no zero characters in text: each is kept as the sign `␀`, so that
    /// what follows it is not lost.
    public init(
        id: String, reason: String, detail: String, eventID: String?, account: String?, format: Format, event: String,
        entry: String? = nil, at moment: Timestamp
    ) {
        self.id = id
        number = 0
        status = .open
        self.reason = reason
        self.detail = TrackingFailure.storable(detail)
        self.eventID = eventID.map(TrackingFailure.storable)
        self.account = account.map(TrackingFailure.storable)
        self.format = format
        self.event = TrackingFailure.storable(event)
        self.entry = entry
        receivedAt = moment
        lastAttemptAt = moment
        attempts = 1
    }

    private static func storable(_ text: String) -> String {
        if !text.utf8.contains(0) { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{2400}" : $0 }))
    }

    /// The id of the failure of an event: by its own id and account, or else by its text.
    public static func id(eventID: String?, account: String?, event: String) -> String {
        let name = eventID.map { "\(account ?? "")\u{0}\($0)" } ?? event
        return "tf_\(Hash(of: Array(name.utf8)).description.prefix(24))"
    }

    /// The id of the failure of a line that recorded usage without a price. No event's can be the same, whatever it is
    /// called: no text has this byte.
    public static func id(unratedLine line: String) -> String {
        "tf_\(Hash(of: [0xFF] + Array(line.utf8)).description.prefix(24))"
    }

    /// The ids that it may have: versions that did not keep lines and events apart gave it that of an event.
    static func ids(unratedLine line: String) -> [String] {
        [id(unratedLine: line), id(eventID: line, account: nil, event: "")]
    }

    /// This failure after an earlier one of the same event.
    func following(_ earlier: TrackingFailure) -> TrackingFailure {
        var failure = self
        failure.number = earlier.number
        failure.receivedAt = earlier.receivedAt
        failure.attempts = earlier.attempts.addingClamped(1)
        return failure
    }
}

/// Which failures are wanted.
public struct TrackingFailureQuery: Sendable, Hashable {
    /// Only with this status.
    public var status: TrackingFailure.Status?
    /// Only for this reason.
    public var reason: String?
    /// Only of this account.
    public var account: String?
    /// Only with a smaller number.
    public var before: Int64?
    /// How many at most.
    public var limit: Int

    /// The newest failures.
    public init(
        status: TrackingFailure.Status? = .open, reason: String? = nil, account: String? = nil, before: Int64? = nil,
        limit: Int = 50
    ) {
        self.status = status
        self.reason = reason
        self.account = account
        self.before = before
        self.limit = limit
    }

    /// Whether a failure is wanted.
    public func matches(_ failure: TrackingFailure) -> Bool {
        if let status, failure.status != status { return false }
        if let reason, failure.reason != reason { return false }
        if let account, failure.account != account { return false }
        if let before, failure.number >= before { return false }
        return true
    }
}
