/// Who answered a call, as far as it is known while the answer is read.
struct AnsweringModel: Sendable {
    /// The provider in its canonical spelling.
    var provider: String?
    /// The model.
    var model: String?

    /// Whether it is one of Anthropic's models, wherever it runs.
    var isClaude: Bool { provider == "anthropic" || model?.lowercased().contains("claude") == true }

    /// Whether the model's name is one that OpenAI gives.
    var isOpenAI: Bool {
        guard let model = model?.lowercased() else { return false }
        let names = [
            "gpt-", "o1", "o3", "o4", "o5", "chatgpt", "text-", "ft:", "davinci", "babbage", "tts-", "whisper",
        ]
        return names.contains { model.hasPrefix($0) } && !model.hasPrefix("gpt-oss")
    }

    /// Whether tokens that only the total of a call shows are thoughts, which the provider bills as output: Gemini's
    /// and Grok's through endpoints in OpenAI's shape.
    var billsHiddenTokensAsOutput: Bool {
        if let provider, ["google", "vertex_ai", "xai"].contains(provider) { return true }
        guard let model = model?.lowercased() else { return false }
        return model.contains("gemini") || model.contains("grok")
    }

    /// Whether the provider counts cached tokens beside the input and not in it.
    var leavesCachedTokensOut: Bool { provider == "bedrock" || isClaude }

    /// Whether the provider counts thoughts beside the output and not in it.
    var leavesThoughtsOut: Bool { billsHiddenTokensAsOutput }
}
