/// Calls of which one's span is around another's, as two instrumenters or a library around another one make them.
///
/// A span around one call tells the same call; one around several sums them up, or is a loop of them, and is not
/// counted again. What it knows of account, action and user holds for the calls inside that do not say themselves.
struct NestedCalls {
    /// The calls, each once.
    private(set) var calls: [TraceCandidate] = []
    /// How many spans were around several calls.
    private(set) var aroundCount = 0
    /// How many told the same call as the one inside.
    private(set) var sameCount = 0

    private struct Place: Hashable {
        var trace: String
        var span: String
    }

    init(_ candidates: [TraceCandidate], in spans: [TraceSpan]) {
        var parents: [Place: String] = [:]
        for span in spans {
            if let trace = span.traceID, let id = span.spanID, let parent = span.parentSpanID {
                parents[Place(trace: trace, span: id)] = parent
            }
        }
        var positions: [Place: Int] = [:]
        for (index, candidate) in candidates.enumerated() {
            if let place = NestedCalls.place(candidate) { positions[place] = index }
        }
        // The nearest call around each call. A chain of spans that comes back to itself ends after as many steps as
        // spans.
        var around: [Int?] = candidates.map { candidate in
            guard var place = NestedCalls.place(candidate) else { return nil }
            for _ in 0..<NestedCalls.maxLevels {
                guard let parent = parents[place] else { return nil }
                place.span = parent
                if let position = positions[place] { return position }
            }
            return nil
        }
        for index in around.indices where around[index] == index { around[index] = nil }
        var inside: [Int: [Int]] = [:]
        for (index, position) in around.enumerated() {
            if let position { inside[position, default: []].append(index) }
        }
        join(candidates, around: around, inside: inside)
    }

    /// How many spans are looked through to find a call around another.
    private static let maxLevels = 64

    private static func place(_ candidate: TraceCandidate) -> Place? {
        guard let trace = candidate.span.traceID, let span = candidate.span.spanID else { return nil }
        return Place(trace: trace, span: span)
    }

    private mutating func join(_ candidates: [TraceCandidate], around: [Int?], inside: [Int: [Int]]) {
        for (index, candidate) in candidates.enumerated() {
            let children = inside[index] ?? []
            if children.count > 1 {
                aroundCount += 1
                continue
            }
            if children.count == 1 {
                sameCount += 1
                continue
            }
            var call = candidate
            var position = around[index]
            var isOnly = true
            for _ in 0..<NestedCalls.maxLevels {
                guard let outer = position else { break }
                isOnly = isOnly && inside[outer]?.count == 1
                if isOnly {
                    call = call.joined(with: candidates[outer])
                } else {
                    call.takeCaller(from: candidates[outer])
                }
                position = around[outer]
            }
            calls.append(call)
        }
    }
}
