/// Calls that two instrumenters tell in spans that neither a response id nor a place in the trace joins, as LiteLLM's
/// own spans and those of the SDK below it.
///
/// Two spans of two instrumenters are one call when both name the same model and count the same tokens, one lasted
/// while the other did, and their response ids do not differ. One response id alone does not say so in two traces:
/// servers of open models count responses up and start again.
struct TwinCalls {
    /// The calls, each once.
    private(set) var calls: [TraceCandidate]
    /// How many told the same call as another.
    private(set) var sameCount = 0

    private struct Counts: Hashable {
        var model: String
        var input: Int64
        var output: Int64
    }

    /// How many spans of equal counts are looked through for each.
    private static let maxCompared = 64

    init(_ candidates: [TraceCandidate]) {
        var others: [Counts: [Int]] = [:]
        for (index, candidate) in candidates.enumerated() {
            if let counts = TwinCalls.counts(of: candidate) { others[counts, default: []].append(index) }
        }
        var partner: [Int: Int] = [:]
        for indices in others.values where indices.count > 1 {
            for (place, index) in indices.enumerated() where partner[index] == nil {
                let twin = indices[(place + 1)...].prefix(TwinCalls.maxCompared).first { other in
                    partner[other] == nil && TwinCalls.areOne(candidates[index], candidates[other])
                }
                guard let twin else { continue }
                partner[index] = twin
                partner[twin] = index
            }
        }
        calls = []
        for (index, candidate) in candidates.enumerated() {
            guard let twin = partner[index] else {
                calls.append(candidate)
                continue
            }
            if twin < index { continue }
            calls.append(candidate.joined(with: candidates[twin]))
            sameCount += 1
        }
    }

    private static func counts(of candidate: TraceCandidate) -> Counts? {
        guard let totals = candidate.totals, let model = candidate.model?.split(separator: "/").last else { return nil }
        return Counts(model: model.lowercased(), input: totals.input, output: totals.output)
    }

    private static func areOne(_ first: TraceCandidate, _ second: TraceCandidate) -> Bool {
        let (left, right) = (first.span, second.span)
        guard !left.scope.isEmpty, !right.scope.isEmpty, left.scope != right.scope,
            first.responseID == nil || second.responseID == nil || first.responseID == second.responseID
        else { return false }
        if let account = first.account, let other = second.account, account != other { return false }
        guard left.startTime > 0, right.startTime > 0, left.startTime <= left.endTime, right.startTime <= right.endTime
        else { return false }
        let (begin, end) = (max(left.startTime, right.startTime), min(left.endTime, right.endTime))
        let shorter = min(left.endTime - left.startTime, right.endTime - right.startTime)
        return begin < end && end - begin >= shorter / 2
    }
}
