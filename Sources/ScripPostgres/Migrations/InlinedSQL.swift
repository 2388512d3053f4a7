/// SQL in which the small functions that views call are written out, so that a view calls none whose names are looked up
/// again each time, and loses nothing by it.
enum InlinedSQL {
    private static let functions: [(name: String, body: @Sendable (String) -> String)] = [
        (
            "scrip.moment(",
            { argument in
                "(timestamptz '1970-01-01 00:00:00+00' + ((\(argument)) / 1000000) * interval '1 second' "
                    + "+ ((\(argument)) % 1000000) * interval '1 microsecond')"
            }
        ),
        ("scrip.microseconds(", { "((extract(epoch FROM \($0)) * 1000000)::bigint)" }),
        ("scrip.credits(", { "trim_scale((\($0)) * 0.000000001)" }),
        ("scrip.readable(", { #"replace(\#($0), '\u0000', '\u2400')"# }),
    ]

    static func writtenOut(_ sql: String) -> String {
        var text = sql
        for function in functions {
            while let call = text.firstRange(of: function.name) {
                var (depth, end) = (1, call.upperBound)
                while depth > 0 && end < text.endIndex {
                    if text[end] == "(" { depth += 1 }
                    if text[end] == ")" { depth -= 1 }
                    end = text.index(after: end)
                }
                let argument = String(text[call.upperBound..<text.index(before: end)])
                text.replaceSubrange(call.lowerBound..<end, with: function.body(argument))
            }
        }
        return text
    }
}
