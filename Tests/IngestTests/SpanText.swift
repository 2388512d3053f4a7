import ScripIngest

/// Requests in OTLP's JSON encoding, span by span.
enum SpanText {
    /// A span with attributes, each the JSON of an AnyValue; a billed operation and an account unless they are given.
    static func span(_ attributes: [(String, String)], id: Int = 1) -> String {
        var all = attributes
        for (name, value) in [("gen_ai.operation.name", "chat"), ("scrip.account", "u")]
        where !attributes.contains(where: { $0.0 == name }) {
            all.append((name, #"{"stringValue":"\#(value)"}"#))
        }
        let list = all.map { #"{"key":"\#($0.0)","value":\#($0.1)}"# }.joined(separator: ",")
        let digits = String(id, radix: 16)
        let spanID = String(repeating: "0", count: 16 - digits.count) + digits
        return #"{"traceId":"0AF7651916CD43DD8448EB211C80319C","spanId":"\#(spanID)","attributes":[\#(list)]}"#
    }

    static func request(_ spans: [String], resource: String = "") -> [UInt8] {
        let list = spans.joined(separator: ",")
        let resource = #"{"attributes":[\#(resource)]}"#
        return Array(#"{"resourceSpans":[{"resource":\#(resource),"scopeSpans":[{"spans":[\#(list)]}]}]}"#.utf8)
    }

    static func batch(
        _ spans: [String], resource: String = "", _ configuration: IngestConfiguration = IngestConfiguration()
    ) throws -> TraceBatch {
        try TraceBatch(request(spans, resource: resource), encoding: .json, configuration: configuration)
    }

    static func string(_ text: String) -> String { #"{"stringValue":"\#(text)"}"# }

    /// Counts of `gen_ai.usage`, and others where a name has a `!` before it.
    static func counts(_ counts: [String: Int64]) -> [(String, String)] {
        counts.map { name, count in
            (name.hasPrefix("!") ? String(name.dropFirst()) : "gen_ai.usage." + name, #"{"intValue":"\#(count)"}"#)
        }
    }
}
