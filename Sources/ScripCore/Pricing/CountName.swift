/// What the name of a number in a usage object or a span tells about the number.
///
/// No list of names is ever complete. So a number is a count unless its name says that it is not.
package enum CountName {
    /// How many characters of a name are looked at.
    private static let maxCharacters = 255

    /// Words of names whose numbers measure something else: time, money, rates and limits.
    private static let measures: Set<String> = [
        "per", "time", "duration", "latency", "elapsed", "ttft", "ms", "ns", "millis", "milliseconds", "microseconds",
        "nanoseconds", "rate", "ratio", "percent", "percentage", "pct", "fraction", "share", "score", "speed",
        "throughput", "tps", "cost", "costs", "price", "prices", "pricing", "fee", "discount", "savings", "usd",
        "dollars", "cents", "ticks",
        "limit", "limits", "max", "maximum", "minimum", "remaining", "budget", "quota", "window", "ttl", "multiplier",
        "probability", "temperature",
    ]
    /// Words of names whose numbers only tell one thing from another, unless they count tokens.
    private static let labels: Set<String> = [
        "id", "ids", "index", "idx", "seed", "version", "bytes", "size", "status", "created", "started",
        "ended", "updated", "expires", "expiry", "at", "timestamp", "date", "epoch", "uuid", "type",
    ]

    /// Whether a number of the name is no count of what was used, so that it bears on no price.
    package static func isNoCount(_ name: String) -> Bool {
        let words = words(name)
        if words.contains(where: { measures.contains($0) }) { return true }
        return !isOfTokens(name) && words.contains { labels.contains($0) }
    }

    /// Whether it counts what a cache served or took in. That has a price of its own, and may be a part of other
    /// counts.
    package static func isOfCache(_ name: String) -> Bool {
        let small = name.lowercased()
        return small.contains("cache") || small.contains("ephemeral")
    }

    /// Whether it counts tokens.
    package static func isOfTokens(_ name: String) -> Bool { name.lowercased().contains("token") }

    /// The words of a name in small letters, however they are joined: `tokens_per_sec`, `tokensPerSec`,
    /// `tokens-per-sec`.
    package static func words(_ name: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isAfterSmall = false
        for character in name.prefix(maxCharacters) {
            let isPart = character.isLetter || character.isNumber
            if !isPart || (character.isUppercase && isAfterSmall) {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            if isPart { word += character.lowercased() }
            isAfterSmall = isPart && !character.isUppercase
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}
