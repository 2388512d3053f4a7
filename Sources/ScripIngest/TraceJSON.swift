import ScripJSON

/// Reads spans from OTLP's JSON encoding: lowerCamelCase names, ids in hexadecimal digits, 64-bit integers as strings.
/// Names it does not know are skipped, as the protocol asks.
struct TraceJSON {
    private let limits: IngestLimits
    private var spans: [TraceSpan] = []

    static func spans(_ body: [UInt8], _ limits: IngestLimits) throws(IngestRefusal) -> [TraceSpan] {
        let json: JSONValue
        do {
            json = try JSONValue.parse(body, depth: limits.maxLevels)
        } catch {
            throw IngestRefusal(.malformed, "The body is not JSON: \(error).")
        }
        var reader = TraceJSON(limits: limits)
        try reader.request(json)
        return reader.spans
    }

    private init(limits: IngestLimits) {
        self.limits = limits
    }

    private mutating func request(_ json: JSONValue) throws(IngestRefusal) {
        for group in try TraceJSON.list("resourceSpans", of: json) {
            let resource: TraceAttributes
            if let value = group["resource"], value != .null {
                resource = TraceAttributes(
                    members: try TraceJSON.members(of: value, "attributes"), most: limits.maxAttributes)
            } else {
                resource = TraceAttributes()
            }
            for scope in try TraceJSON.list("scopeSpans", of: group) {
                let found = try TraceJSON.list("spans", of: scope)
                if found.count > limits.maxSpans - spans.count {
                    throw IngestRefusal(.tooLarge, "A request may have at most \(limits.maxSpans) spans.")
                }
                let name = scope["scope"]?["name"]?.stringValue ?? ""
                for span in found { spans.append(try TraceJSON.span(span, resource, scope: name)) }
            }
        }
    }

    private static func span(
        _ json: JSONValue, _ resource: TraceAttributes, scope: String
    ) throws(IngestRefusal) -> TraceSpan {
        let attributes = TraceAttributes(members: try members(of: json, "attributes"))
        return TraceSpan(
            traceID: json["traceId"]?.stringValue.flatMap { TraceIdentifier.hex($0, bytes: 16) },
            spanID: json["spanId"]?.stringValue.flatMap { TraceIdentifier.hex($0, bytes: 8) },
            parentSpanID: json["parentSpanId"]?.stringValue.flatMap { TraceIdentifier.hex($0, bytes: 8) },
            hasFailed: hasFailed(json["status"]), scope: scope, name: json["name"]?.stringValue ?? "",
            startTime: (try? time(json["startTimeUnixNano"])) ?? 0, endTime: try time(json["endTimeUnixNano"]),
            attributes: attributes,
            resource: resource
        )
    }

    /// Whether a status is an error: its code, 2, which some emitters write by name.
    private static func hasFailed(_ status: JSONValue?) -> Bool {
        switch status?["code"] {
        case .number(let text): text == "2"
        case .string(let text): text == "2" || text == "STATUS_CODE_ERROR"
        default: false
        }
    }

    private static func time(_ json: JSONValue?) throws(IngestRefusal) -> UInt64 {
        switch json {
        case nil, .null: return 0
        case .string(let text), .number(let text):
            if let time = UInt64(text) { return time }
            throw malformed("endTimeUnixNano", "nanoseconds as a string")
        default: throw malformed("endTimeUnixNano", "nanoseconds as a string")
        }
    }

    private static func members(of json: JSONValue, _ name: String) throws(IngestRefusal) -> [JSONObject.Member] {
        var members: [JSONObject.Member] = []
        for pair in try list(name, of: json) {
            guard let key = pair["key"]?.stringValue else { throw malformed("key", "a string") }
            members.append(JSONObject.Member(name: key, value: try value(pair["value"] ?? .null)))
        }
        return members
    }

    /// The value of an AnyValue, whose only member's name tells the type.
    private static func value(_ json: JSONValue) throws(IngestRefusal) -> JSONValue {
        if json == .null { return .null }
        guard let members = json.objectValue?.members else { throw malformed("value", "an object") }
        for member in members where member.value != .null {
            switch (member.name, member.value) {
            case ("stringValue", .string), ("boolValue", .bool), ("doubleValue", .number), ("bytesValue", .string),
                ("doubleValue", .string):
                return member.value
            case ("intValue", .string(let text)), ("intValue", .number(let text)):
                guard let number = Int64(text) else { throw malformed("intValue", "a 64-bit integer") }
                return .number(String(number))
            case ("arrayValue", let array):
                var values: [JSONValue] = []
                for element in try list("values", of: array) { values.append(try value(element)) }
                return .array(values)
            case ("kvlistValue", let list):
                var names: Set<String> = []
                return .object(
                    JSONObject(try self.members(of: list, "values").filter { names.insert($0.name).inserted }))
            case ("stringValue", _), ("boolValue", _), ("doubleValue", _), ("bytesValue", _), ("intValue", _):
                throw malformed(member.name, "of the type its name says")
            default: continue
            }
        }
        return .null
    }

    private static func list(_ name: String, of json: JSONValue) throws(IngestRefusal) -> [JSONValue] {
        guard json.objectValue != nil else {
            throw IngestRefusal(.malformed, "The value that contains '\(name)' must be an object.")
        }
        guard let value = json[name], value != .null else { return [] }
        guard let elements = value.arrayValue else { throw malformed(name, "an array") }
        return elements
    }

    private static func malformed(_ name: String, _ rule: String) -> IngestRefusal {
        IngestRefusal(.malformed, "In OTLP's JSON, '\(name)' must be \(rule).")
    }
}
