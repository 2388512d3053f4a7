/// The shapes in which providers state usage.
public enum UsageFormat: String, CaseIterable, Sendable {
    /// Anthropic's Messages API, also inside the bodies of Bedrock's `InvokeModel` and of Vertex.
    case anthropicMessages
    /// OpenAI's Chat Completions, and everyone who answers like it.
    case openAIChat
    /// OpenAI's Responses API.
    case openAIResponses
    /// OpenAI's embeddings.
    case openAIEmbeddings
    /// OpenAI's images.
    case openAIImages
    /// OpenAI's transcriptions, translations and speech.
    case openAIAudio
    /// Google's `generateContent`, of the Gemini API and of Vertex AI.
    case gemini
    /// Bedrock's `Converse` and `ConverseStream`.
    case bedrockConverse

    /// Whose shape it is.
    var provider: String {
        switch self {
        case .anthropicMessages: "anthropic"
        case .openAIChat, .openAIResponses, .openAIEmbeddings, .openAIImages, .openAIAudio: "openai"
        case .gemini: "google"
        case .bedrockConverse: "bedrock"
        }
    }

    var collector: any UsageCollector {
        switch self {
        case .anthropicMessages: AnthropicMessages()
        case .openAIChat: OpenAIChat()
        case .openAIResponses: OpenAIResponses()
        case .openAIEmbeddings: OpenAIEmbeddings()
        case .openAIImages: OpenAIImages()
        case .openAIAudio: OpenAIAudio()
        case .gemini: Gemini()
        case .bedrockConverse: BedrockConverse()
        }
    }
}
