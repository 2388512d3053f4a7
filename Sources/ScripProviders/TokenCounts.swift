/// Counts by class while they are taken apart.
struct TokenCounts: Sendable {
    private(set) var counts: [String: Int64] = [:]

    mutating func add(_ name: String, _ count: Int64?) {
        guard let count, count > 0 else { return }
        counts[name, default: 0] += count
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
