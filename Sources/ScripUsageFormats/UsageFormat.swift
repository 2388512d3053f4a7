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
    /// Cohere's chat, embeddings and rerankings, which state what is billed.
    case cohere
    /// Ollama's chat, completions and embeddings.
    case ollama
    /// Vercel's AI SDK: its results, and the usage of its models.
    case aiSDK
    /// LangChain's messages and their `usage_metadata`.
    case langChain
    /// Pydantic AI's `RunUsage` and `RequestUsage`.
    case pydanticAI

    /// Whose shape it is; `nil` for libraries, which state the usage of any provider.
    var provider: String? {
        switch self {
        case .anthropicMessages: "anthropic"
        case .openAIChat, .openAIResponses, .openAIEmbeddings, .openAIImages, .openAIAudio: "openai"
        case .gemini: "google"
        case .bedrockConverse: "bedrock"
        case .cohere: "cohere"
        case .ollama: "ollama"
        case .aiSDK, .langChain, .pydanticAI: nil
        }
    }

    /// Whether an answer in this shape is from the provider whose shape it is, when nobody says so. OpenAI's chat
    /// completions and embeddings are everybody's shape: there the model's name must be one of OpenAI's own.
    func isWrittenBy(_ call: AnsweringModel) -> Bool {
        switch self {
        case .openAIChat, .openAIEmbeddings: call.model == nil || call.isOpenAI
        default: true
        }
    }

    /// A reader of the format.
    /// - Parameter call: who answered, for shapes that providers fill differently.
    func collector(of call: AnsweringModel) -> any UsageCollector {
        switch self {
        case .anthropicMessages: AnthropicMessages()
        case .openAIChat: OpenAIChat()
        case .openAIResponses: OpenAIResponses()
        case .openAIEmbeddings: OpenAIEmbeddings()
        case .openAIImages: OpenAIImages()
        case .openAIAudio: OpenAIAudio()
        case .gemini: Gemini()
        case .bedrockConverse: BedrockConverse()
        case .cohere: Cohere()
        case .ollama: Ollama()
        case .aiSDK: AISDK(call)
        case .langChain: LangChain()
        case .pydanticAI: PydanticAI()
        }
    }
}
