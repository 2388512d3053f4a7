/// How usage under a name compares with the usage that was recorded under the same name before.
public enum Resemblance: Hashable, Sendable {
    /// It is the same usage, with more or less detail.
    case same
    /// It is certainly different usage.
    case other
    /// It is not certain, so a person must decide.
    case unclear
}

extension Usage {
    /// How another answer of a provider under one response id resembles the one recorded under it: with other counts or
    /// of another model it is another call. With the same counts it may be either.
    public func resemblance(toAnswer recorded: Usage) -> Resemblance {
        // Counts of an answer that broke off say nothing of which answer it is.
        if isUnfinished || recorded.isUnfinished { return .unclear }
        let isOther =
            counts != recorded.counts || otherCalls != recorded.otherCalls
            || model?.lowercased() != recorded.model?.lowercased()
        return isOther ? .other : .unclear
    }

    /// How a span of a call resembles the call recorded under its name. Within one trace they are one call, which
    /// several instruments may count differently; in another trace, a response id that came again names another call.
    public func resemblance(toCall recorded: Usage) -> Resemblance {
        guard let traceID, let recordedTrace = recorded.traceID, traceID != recordedTrace else { return .same }
        let agrees = inputTokens == recorded.inputTokens && outputTokens == recorded.outputTokens
        return agrees ? .unclear : .other
    }

    /// How an event that its name alone tells from others resembles the one recorded under its name. It may say more or
    /// less than that, and nothing else.
    public func resemblance(toEvent recorded: Usage) -> Resemblance {
        func agree<Value: Equatable>(_ mine: Value?, _ other: Value?) -> Bool {
            mine == nil || other == nil || mine == other
        }
        func agree<Number: Equatable>(_ mine: Number, _ other: Number, unstated: Number) -> Bool {
            mine == unstated || other == unstated || mine == other
        }
        let isSame =
            agree(action, recorded.action) && agree(amount, recorded.amount)
            && agree(model?.lowercased(), recorded.model?.lowercased())
            && agree(quantity, recorded.quantity, unstated: 1)
            && agree(inputTokens, recorded.inputTokens, unstated: 0)
            && agree(outputTokens, recorded.outputTokens, unstated: 0)
        return isSame ? .same : .unclear
    }
}
