import ScripJSON

/// A span as either encoding of OTLP tells it.
struct TraceSpan {
    /// 32 lower-case hexadecimal digits, if valid.
    var traceID: String?
    /// 16 lower-case hexadecimal digits, if valid.
    var spanID: String?
    /// The span around it, 16 lower-case hexadecimal digits; `nil` for none.
    var parentSpanID: String?
    /// Whether what it tells of failed.
    var hasFailed = false
    /// Who wrote it: the name of the instrumentation scope.
    var scope = ""
    var name: String
    /// When it began, in nanoseconds since 1970; 0 when unknown.
    var startTime: UInt64 = 0
    /// When it ended. Nanoseconds since 1970; 0 when unknown.
    var endTime: UInt64
    var attributes: TraceAttributes
    var resource: TraceAttributes

    /// The span as a tracking failure keeps it: small, and without what people and models said.
    var raw: JSONValue {
        var members = EventMembers()
        members.fill("traceId", traceID)
        members.fill("spanId", spanID)
        members.fill("name", String(name.prefix(255)))
        if endTime > 0 { members.fill("endTimeUnixNano", String(endTime)) }
        members["attributes"] = attributes.kept
        members["resource"] = resource.kept
        return .object(JSONObject(members.members))
    }
}

/// The attributes of a span or a resource, in order; of two with one name the first counts.
struct TraceAttributes {
    var members: [JSONObject.Member] = []
    /// Whether there were more than were taken.
    private(set) var isCut = false
    private var keptOnce: JSONValue?

    /// All attributes.
    init(members: [JSONObject.Member] = []) {
        self.members = members
    }

    /// The first attributes of a resource. Each of its spans looks for some among them and may keep them, so that they
    /// must not be many, and what is kept is found out once.
    init(members: [JSONObject.Member], most: Int) {
        self.members = members.count > most ? Array(members.prefix(most)) : members
        isCut = members.count > most
        keptOnce = selected
    }

    subscript(name: String) -> JSONValue? {
        for member in members where member.name == name && member.value != .null { return member.value }
        return nil
    }

    private static let maxKept = 128
    private static let maxKeptBytes = 1_024
    private static let content = [
        "gen_ai.input.", "gen_ai.output.", "gen_ai.prompt", "gen_ai.completion", "gen_ai.system_instructions",
        "gen_ai.tool.",
    ]

    /// What a tracking failure keeps.
    var kept: JSONValue { keptOnce ?? selected }

    private var selected: JSONValue {
        var kept: [JSONObject.Member] = []
        var names: Set<String> = []
        var bytesLeft = 128 << 10
        for member in members where kept.count < TraceAttributes.maxKept {
            if TraceAttributes.content.contains(where: { member.name.hasPrefix($0) }) { continue }
            if member.name.utf8.count > 255 || !names.insert(member.name).inserted { continue }
            var writer = JSONWriter(capacity: 64)
            writer.value(member.value)
            let isUsage = SpanUsage.mayState(member.name)
            guard isUsage || writer.bytes.count <= TraceAttributes.maxKeptBytes, writer.bytes.count <= bytesLeft else {
                continue
            }
            bytesLeft -= writer.bytes.count
            kept.append(member)
        }
        return .object(JSONObject(kept))
    }

    /// The pointer to an attribute of the span within ``TraceSpan/raw``.
    static func pointer(_ name: String) -> String {
        var escaped = "#/attributes/"
        for character in name.unicodeScalars {
            switch character {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
