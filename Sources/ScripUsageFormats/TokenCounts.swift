import ScripCore

/// Counts by class while they are taken apart.
struct TokenCounts: Sendable {
    /// The largest sum of counts of one class.
    static let largest = UsageNode.maxTokens

    private(set) var counts: [String: Int64] = [:]
    /// Tokens that only a stated total shows.
    private(set) var hidden: Int64 = 0
    private var noted: Set<String> = []

    /// Whether some of it is what a cache served or took in.
    var tellsCache: Bool { counts.keys.contains { $0.hasPrefix("cache_") } }

    mutating func add(_ name: String, _ count: Int64?) {
        guard let count, count > 0 else { return }
        counts[name] = TokenCounts.sum(counts[name, default: 0], count)
    }

    /// Notes tokens of which it is not known what they are.
    mutating func hide(_ count: Int64) {
        if count > 0 { hidden = TokenCounts.sum(hidden, count) }
    }

    /// Notes what is counted beside what the reader knows: tokens, and anything else by its own name, without a price.
    mutating func note(_ unknown: UnknownCounts?) {
        guard let unknown else { return }
        add("unaccounted_tokens", unknown.tokens)
        for (name, count) in unknown.others.sorted(by: { $0.key < $1.key }) {
            let isKept = noted.contains(name) || noted.count < UnknownCounts.maxNames
            if isKept { noted.insert(name) }
            add(isKept ? name : UnknownCounts.rest, count)
        }
    }

    /// Notes what is counted in an object of details beside its known members.
    mutating func note(detailsOf node: UsageNode?, besides known: Set<String>) throws(UsageFormatError) {
        note(try node?.unknownCounts(besides: known))
    }

    /// Notes what a stated total has beyond the tokens that are accounted for.
    mutating func hide(beyond accounted: Int64, of total: Int64?) {
        if let total, total > accounted { hide(total - accounted) }
    }

    /// A sum of counts, at most ``largest``.
    static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? largest : min(sum, largest)
    }
}

/// A total of which parts are taken until only the base class is left.
struct TokenTotal: Sendable {
    private(set) var remaining: Int64

    init(_ total: Int64) {
        remaining = total
    }

    /// Takes a part that the provider counts inside the total.
    mutating func take(_ part: Int64?, _ name: String, of node: UsageNode?) throws(UsageFormatError) -> Int64 {
        guard let part, part > 0 else { return 0 }
        guard part <= remaining else {
            throw node?.error(name, .whole) ?? UsageFormatError(pointer: "#", rule: .whole)
        }
        remaining -= part
        return part
    }

    /// The total, which must not be less than a part.
    func requiring(_ part: Int64, _ name: String, of node: UsageNode?) throws(UsageFormatError) -> Int64 {
        if part > remaining { throw node?.error(name, .whole) ?? UsageFormatError(pointer: "#", rule: .whole) }
        return remaining
    }

    /// Takes as much of a part as is left, where parts may overlap.
    mutating func takeAtMost(_ part: Int64?) -> Int64 {
        let taken = min(max(part ?? 0, 0), remaining)
        remaining -= taken
        return taken
    }
}

/// The service tier in Scrip's spelling.
///
/// `default` (OpenAI, Bedrock), `on_demand` (Groq, Vertex) and `unspecified` (Gemini) are billed as standard. OpenAI
/// answers `priority` to `fast`. `auto` names no tier.
func serviceTier(_ name: String?) -> String? {
    guard let name = name?.lowercased() else { return nil }
    switch name {
    case "auto", "traffic_type_unspecified": return nil
    case "default", "on_demand", "unspecified", "standard", "service_tier_unspecified", "service_tier_standard":
        return "standard"
    case "fast", "on_demand_priority", "service_tier_priority": return "priority"
    case "on_demand_flex", "service_tier_flex": return "flex"
    default: return name
    }
}
