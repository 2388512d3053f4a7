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
        /// An entry of a journal that recorded usage without a price.
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
    /// What was kept: the event as it came, or what was made of one that is larger than ``maxEventBytes``.
    public var event: String
    /// What came, where ``event`` is less than that.
    public var whole: WholeEvent?
    /// What the event says was done.
    public var action: String?
    /// Who sent it: a key's id, or what else the command's actor was.
    public var sender: String?
    /// The entry that recorded the usage: without a price while open, with one when resolved.
    public var entry: String?
    /// When it first came.
    public var receivedAt: Timestamp
    /// When it was tried last.
    public var lastAttemptAt: Timestamp
    /// How often it was tried.
    public var attempts: Int64

    /// How many bytes of an event are kept.
    public static let maxEventBytes = 16_384
    /// How many bytes of the reason in words are kept.
    public static let maxDetailBytes = 1_024
    /// How many bytes of each name are kept: the event's id, the account, the action.
    public static let maxNameBytes = 255

    /// A failure that was just found. What is longer than is kept is cut, and of the event ``whole`` then says what
    /// came. Databases keep no zero characters in text: each is kept as the sign `␀`, so that what follows it is not
    /// lost.
    /// - Parameter whole: what came, where `event` is already less than that.
    public init(
        id: String, reason: String, detail: String, eventID: String?, account: String?, format: Format, event: String,
        whole: WholeEvent? = nil, action: String? = nil, sender: String? = nil, entry: String? = nil,
        at moment: Timestamp
    ) {
        self.id = id
        number = 0
        status = .open
        self.reason = TrackingFailure.storable(reason, maxBytes: TrackingFailure.maxNameBytes)
        self.detail = TrackingFailure.storable(detail, maxBytes: TrackingFailure.maxDetailBytes)
        self.eventID = eventID.map { TrackingFailure.storable($0, maxBytes: TrackingFailure.maxNameBytes) }
        self.account = account.map { TrackingFailure.storable($0, maxBytes: TrackingFailure.maxNameBytes) }
        self.format = format
        self.event = TrackingFailure.storable(event, maxBytes: TrackingFailure.maxEventBytes)
        let isCut = event.utf8.count > TrackingFailure.maxEventBytes
        self.whole = whole ?? (isCut ? WholeEvent(event) : nil)
        self.action = action.map { TrackingFailure.storable($0, maxBytes: TrackingFailure.maxNameBytes) }
        self.sender = sender
        self.entry = entry
        receivedAt = moment
        lastAttemptAt = moment
        attempts = 1
    }

    /// The beginning of a text, without zero characters and without half a character at its end.
    private static func storable(_ text: String, maxBytes: Int) -> String {
        var kept = text
        if text.utf8.count > maxBytes {
            var bytes = Array(text.utf8.prefix(maxBytes + 1))
            // The bytes of one character follow its first, and only they begin with the bits 10.
            while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
            kept = String(decoding: bytes, as: UTF8.self)
        }
        if !kept.utf8.contains(0) { return kept }
        let signs = kept.unicodeScalars.map { $0 == "\0" ? "\u{2400}" : $0 }
        return storable(String(String.UnicodeScalarView(signs)), maxBytes: maxBytes)
    }

    /// The id of the failure of an event: by its own id and account, or else by its text.
    public static func id(eventID: String?, account: String?, event: String) -> String {
        let name = eventID.map { "\(account ?? "")\u{0}\($0)" } ?? event
        return id(content: Array(name.utf8))
    }

    /// The id of the failure of an event that no name tells from others: by all that it says.
    public static func id(content: [UInt8]) -> String { "tf_\(Digest(of: content).description.prefix(24))" }

    /// The id of the failure of an entry that recorded usage without a price. No event's can be the same, whatever it
    /// is called: no text has this byte.
    public static func id(unratedEntry line: String) -> String {
        "tf_\(Digest(of: [0xFF] + Array(line.utf8)).description.prefix(24))"
    }

    /// The ids that it may have: versions that did not keep entries and events apart gave it that of an event.
    static func ids(unratedEntry line: String) -> [String] {
        [id(unratedEntry: line), id(eventID: line, account: nil, event: "")]
    }

    /// This failure after an earlier one of the same event.
    func following(_ earlier: TrackingFailure) -> TrackingFailure {
        var failure = self
        failure.number = earlier.number
        failure.receivedAt = earlier.receivedAt
        failure.attempts = earlier.attempts.addingClamped(1)
        failure.sender = earlier.sender ?? sender
        return failure
    }
}

/// An event that is larger than what is kept of it.
public struct WholeEvent: Sendable, Hashable {
    /// How many bytes it has.
    public var byteCount: Int64
    /// The digest of its bytes, by which its sender finds it again.
    public var digest: Digest

    /// What came.
    public init(byteCount: Int64, digest: Digest) {
        self.byteCount = byteCount
        self.digest = digest
    }

    /// What came, as text.
    public init(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(byteCount: Int64(bytes.count), digest: Digest(of: bytes))
    }
}
