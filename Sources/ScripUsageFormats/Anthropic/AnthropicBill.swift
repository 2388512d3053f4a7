/// What of a response's usage is billed at the response's own model, and what apart from it.
struct AnthropicBill: Sendable {
    var counts: [String: Int64]
    var calls: [ReportedUsage.Call] = []
    /// The model that served the response, when the list of iterations names one.
    var servingModel: String?

    /// - Parameters:
    ///   - model: the model the response names.
    ///   - declined: the model that handed over first, when the response names it.
    init(_ usage: AnthropicUsage, model: String?, declined: String?) throws(UsageFormatError) {
        counts = try usage.counts().counts
        let iterations = usage.iterations ?? []
        for iteration in iterations where !iteration.isTurn { bill(iteration, at: iteration.model) }
        let turns = iterations.filter(\.isTurn)
        servingModel = turns.last { $0.kind == .fallback }?.model
        let serving = servingModel ?? model
        let hasFallback = turns.contains { $0.kind == .fallback }
        let strangers = AnthropicBill.strangers(in: turns, serving: serving, hasFallback: hasFallback, counts: counts)
        if strangers.isEmpty { return }
        let isSumOfAll = AnthropicBill.sum(turns) == AnthropicIteration.totals(of: counts)
        for turn in strangers where turn.hasOutput || isSumOfAll {
            if isSumOfAll { takeOut(turn) }
            if turn.hasOutput { bill(turn, at: turn.model ?? declined) }
        }
    }

    /// A bill whose counts are the sum of all turns, those of a model that declined included.
    init(
        sumOf turns: [AnthropicIteration], apart: [AnthropicIteration], model: String?
    ) throws(UsageFormatError) {
        var sum = TokenCounts()
        for turn in turns {
            for (name, count) in turn.counts { sum.add(name, count) }
        }
        counts = sum.counts
        for iteration in apart { bill(iteration, at: iteration.model) }
        servingModel = turns.last { $0.kind == .fallback }?.model
        guard let serving = servingModel else { return }
        for turn in turns where turn.kind != .fallback && turn.model != serving {
            takeOut(turn)
            if turn.hasOutput { bill(turn, at: turn.model ?? model) }
        }
    }

    private mutating func bill(_ iteration: AnthropicIteration, at model: String?) {
        if iteration.counts.isEmpty { return }
        calls.append(ReportedUsage.Call(model: model, counts: iteration.counts))
    }

    private mutating func takeOut(_ turn: AnthropicIteration) {
        // A turn may state a finer division than the counts do, or a coarser one, so a whole is taken over its classes.
        let groups = [
            ["input_tokens"], ["cache_read_tokens"], ["cache_write_5m_tokens", "cache_write_1h_tokens"],
            ["output_tokens", "reasoning_tokens"],
        ]
        for names in groups {
            var left: Int64 = 0
            for name in names {
                let wanted = turn.counts[name, default: 0]
                let taken = min(wanted, counts[name, default: 0])
                counts[name, default: 0] -= taken
                left += wanted - taken
            }
            for name in names {
                let taken = min(left, counts[name, default: 0])
                counts[name, default: 0] -= taken
                left -= taken
            }
        }
        counts = counts.filter { $0.value > 0 }
    }

    private static func sum(_ turns: some Sequence<AnthropicIteration>) -> [Int64] {
        turns.reduce([0, 0, 0, 0]) { sum, turn in zip(sum, turn.totals).map { TokenCounts.sum($0, $1) } }
    }

    /// The turns of models that declined.
    private static func strangers(
        in turns: [AnthropicIteration], serving: String?, hasFallback: Bool, counts: [String: Int64]
    ) -> [AnthropicIteration] {
        // A model of another name is another model only when a fallback is reported: names may be aliases otherwise.
        guard hasFallback else { return [] }
        // The turns of the model that served are the last ones, and they add up to the counts.
        let totals = AnthropicIteration.totals(of: counts)
        var start = 0
        for index in turns.indices.reversed() where sum(turns[index...]) == totals {
            start = index
            break
        }
        return turns.enumerated().filter { index, turn in
            if let model = turn.model, let serving { return model != serving }
            return index < start
        }.map(\.element)
    }
}
