import ScripJSON

/// Reads Anthropic's messages, whole and streamed.
///
/// A stream states usage in `message_start` and again, cumulatively, in `message_delta`: the last stated value of
/// each member holds. `ping` may come anywhere; an `error` event ends the stream before its final usage.
struct AnthropicMessages: UsageCollector {
    private var usage: AnthropicUsage?
    private var model: String?
    private var declined: String?
    private var responseID: String?
    private var isStream = false
    private var isComplete = false
    private var hasFailed = false
    private var isSnapshot = false

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        if hasFailed { return }
        switch event["type"]?.stringValue {
        case "message_start":
            isStream = true
            guard let message = try event.node("message") else { throw event.error("message", .missing) }
            try take(message: message)
        case "message_delta":
            isStream = true
            try take(usageOf: event)
            if let delta = event.item("delta"), delta.has("stop_reason") { isComplete = true }
        case "message_stop":
            isStream = true
            isComplete = true
        case "content_block_start":
            isStream = true
            if let block = event.item("content_block") { try take(block: block) }
        case "content_block_delta", "content_block_stop": isStream = true
        case "error":
            isStream = true
            hasFailed = true
        case "message":
            try take(message: event)
            // A stream so far, as SDKs gather it: a whole message always says why it stopped.
            isSnapshot = event.members["stop_reason"] == .null
            if usage == nil { throw event.error("usage", .missing) }
        case nil where event.has("usage"): try take(message: event)
        case nil where event.has("input_tokens", "output_tokens"): try take(AnthropicUsage(event))
        default: break
        }
    }

    private mutating func take(message: UsageNode) throws(UsageFormatError) {
        model = try message.text("model") ?? model
        responseID = try message.text("id") ?? responseID
        for block in message.items("content") { try take(block: block) }
        try take(usageOf: message)
    }

    private mutating func take(block: UsageNode) throws(UsageFormatError) {
        guard block["type"]?.stringValue == "fallback", declined == nil else { return }
        declined = try block.item("from")?.text("model")
    }

    private mutating func take(usageOf node: UsageNode) throws(UsageFormatError) {
        if let stated = try node.node("usage") { take(try AnthropicUsage(stated)) }
    }

    private mutating func take(_ stated: AnthropicUsage) {
        if usage == nil { usage = stated } else { usage?.replace(with: stated) }
    }

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard let usage else { return isStream ? ReportedUsage(isFinal: false) : nil }
        let bill = try AnthropicBill(usage, model: model, declined: declined ?? model)
        return ReportedUsage(
            model: bill.servingModel ?? model, responseID: responseID, counts: bill.counts,
            serviceTier: serviceTier(usage.serviceTier), geography: usage.geography, speed: usage.speed,
            otherCalls: bill.calls, isFinal: isStream ? isComplete && !hasFailed : !isSnapshot)
    }
}
