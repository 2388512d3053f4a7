import ScripCore
import ScripJSON

/// Reads the usage of a stream event by event, so that the events need not be kept.
public struct StreamedUsage: Sendable {
    /// How many events one stream may have.
    public static let maxEvents = 1_000_000

    private var collector: any UsageCollector
    private let format: UsageFormat
    private let call: AnsweringModel
    private var events = 0
    private var cost: String?

    /// A reader of streams in a format.
    /// - Parameters:
    ///   - provider: who answers, in any usual spelling, if the caller knows.
    ///   - model: the model that was asked, if the caller knows.
    public init(format: UsageFormat, provider: String? = nil, model: String? = nil) {
        self.format = format
        call = AnsweringModel(provider: provider.map { ModelProviderName.canonical($0) }, model: model)
        collector = format.collector(of: call)
    }

    /// Takes in the next event or chunk: the JSON object after `data:`. The closing `[DONE]` of OpenAI's streams may
    /// be given as a string.
    /// - Throws: ``UsageFormatError``; its pointer starts with the event's number, from 0.
    public mutating func add(_ event: JSONValue) throws(UsageFormatError) {
        let pointer = "#/\(events)"
        events += 1
        if events > StreamedUsage.maxEvents { throw UsageFormatError(pointer: "#", rule: .elements) }
        if event == .string("[DONE]") { return }
        try collect(UsageNode(event, at: pointer))
    }

    mutating func add(whole: JSONValue) throws(UsageFormatError) {
        try collect(UsageNode(whole, at: "#"))
    }

    private mutating func collect(_ node: UsageNode) throws(UsageFormatError) {
        try collector.add(node)
        // Libraries and gateways write a cost beside answers of any shape.
        cost = node.liteLLMCost ?? node.item("usage")?.statedCost ?? cost
    }

    /// What the events so far say was used. Tokens that only a total shows are output where the provider bills them so;
    /// elsewhere they are counted as `unaccounted_tokens`, which no price asks anything for.
    /// - Throws: ``UsageFormatError`` when no event belonged to the format, or the counts contradict each other.
    public func finished() throws(UsageFormatError) -> ReportedUsage {
        guard var usage = try collector.finished() else {
            throw UsageFormatError(pointer: "#", rule: .shape)
        }
        usage.cost = usage.cost ?? cost
        usage.provider = usage.provider.map { ModelProviderName.canonical($0) } ?? call.provider
        if usage.provider == nil, format.isWrittenBy(AnsweringModel(model: usage.model ?? call.model)) {
            usage.provider = format.provider
        }
        if usage.hiddenTokens > 0 {
            let known = AnsweringModel(provider: call.provider ?? usage.provider, model: usage.model ?? call.model)
            let name = known.billsHiddenTokensAsOutput ? "reasoning_tokens" : "unaccounted_tokens"
            usage.counts[name] = TokenCounts.sum(usage.counts[name, default: 0], usage.hiddenTokens)
            usage.hiddenTokens = 0
        }
        return usage
    }
}
