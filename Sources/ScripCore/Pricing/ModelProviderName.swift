/// The spellings of providers' names that SDKs, telemetry conventions and price lists use.
///
/// The one table of them: what reads usage, finds prices and compares providers asks here.
public enum ModelProviderName {
    /// Those who make models, most used first: whom a name without a provider means.
    static let makers = [
        "anthropic", "openai", "google", "xai", "mistral", "deepseek", "cohere", "meta", "moonshot", "zai", "minimax",
        "perplexity", "ai21", "voyage", "jina_ai", "vertex_ai", "bedrock", "azure",
    ]

    /// Those that pass a request on to the provider which the model's name begins with.
    static let relays: Set<String> = ["openrouter", "litellm_proxy", "vercel_ai_gateway", "helicone"]

    /// Spellings of one provider: those of the OpenTelemetry conventions (`aws.bedrock`), of LiteLLM (`cohere_chat`),
    /// of OpenRouter's and Vercel's slugs (`x-ai`), of SDKs and of price lists. Capitals, `-` and spaces are told apart
    /// by nobody.
    private static let spellings: [String: String] = [
        "claude": "anthropic", "anthropic_text": "anthropic",
        "open_ai": "openai", "text_completion_openai": "openai",
        "gemini": "google", "google_ai": "google", "google_ai_studio": "google", "google_genai": "google",
        "google_gla": "google", "google.generative_ai": "google", "google_generative_ai": "google", "gcp": "google",
        "gcp.gemini": "google", "gcp.gen_ai": "google", "generativelanguage": "google",
        "vertex": "vertex_ai", "vertexai": "vertex_ai", "google_vertex": "vertex_ai", "google.vertex": "vertex_ai",
        "google_vertexai": "vertex_ai", "google_vertex_ai": "vertex_ai", "gcp.vertex_ai": "vertex_ai",
        "vertex_ai_beta": "vertex_ai", "google_anthropic_vertex": "vertex_ai",
        "aws": "bedrock", "aws.bedrock": "bedrock", "aws_bedrock": "bedrock", "amazon": "bedrock",
        "amazon_bedrock": "bedrock", "bedrock_converse": "bedrock", "anthropic_bedrock": "bedrock",
        "azure_openai": "azure", "azure.ai.openai": "azure", "az.ai.openai": "azure", "azure_text": "azure",
        "azure.ai.inference": "azure_ai", "az.ai.inference": "azure_ai", "azure_ai_inference": "azure_ai",
        "azure_ai_foundry": "azure_ai", "azure_foundry": "azure_ai",
        "x_ai": "xai", "grok": "xai",
        "mistral_ai": "mistral", "mistralai": "mistral", "codestral": "mistral",
        "text_completion_codestral": "mistral",
        "cohere_chat": "cohere", "cohere_ai": "cohere",
        "moonshotai": "moonshot", "moonshot_ai": "moonshot", "kimi": "moonshot",
        "together_ai": "together", "togetherai": "together", "together.ai": "together",
        "fireworks_ai": "fireworks", "fireworksai": "fireworks",
        "meta_llama": "meta", "llama_api": "meta",
        "z_ai": "zai", "z.ai": "zai", "deep_seek": "deepseek", "deepseek_ai": "deepseek",
        "pplx": "perplexity", "perplexity_ai": "perplexity", "ai21_chat": "ai21", "ai21_labs": "ai21",
        "voyageai": "voyage", "voyage_ai": "voyage", "jina": "jina_ai", "jinaai": "jina_ai",
        "hugging_face": "huggingface", "hf": "huggingface", "ollama_chat": "ollama", "hosted_vllm": "vllm",
        "sagemaker_chat": "sagemaker", "sagemaker_nova": "sagemaker", "aws.sagemaker": "sagemaker",
        "watsonx_text": "watsonx", "ibm.watsonx.ai": "watsonx", "ibm_watsonx": "watsonx",
        "deep_infra": "deepinfra", "novita_ai": "novita", "novitaai": "novita", "nebius_ai_studio": "nebius",
        "sambanova_ai": "sambanova", "nvidia_nim": "nvidia", "friendli": "friendliai", "lambda": "lambda_ai",
        "github_models": "github", "qwen": "dashscope", "alibaba": "dashscope", "alibaba_cloud": "dashscope",
        "alibabacloud": "dashscope", "arcee_ai": "arcee", "text_completion_inception": "inception",
        "gateway": "vercel_ai_gateway", "vercel": "vercel_ai_gateway", "vercel.chat": "v0",
        "ai_gateway": "vercel_ai_gateway", "open_router": "openrouter", "litellm": "litellm_proxy",
    ]

    /// The one spelling by which providers are compared; a name that is not known stays as it is, in small letters and
    /// with `_` for `-` and spaces.
    ///
    /// Vercel's AI SDK adds what of a provider is called (`openai.chat`, `google.generative-ai`), LiteLLM which models
    /// of Vertex AI (`vertex_ai-language-models`): what follows a known name after a dot, or of Vertex AI a dash, says
    /// nothing of who is meant.
    public static func canonical(_ name: String) -> String {
        var plain = name.lowercased()
        let marks: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: " ")]
        if plain.utf8.contains(where: { marks.contains($0) }) {
            plain = String(decoding: plain.utf8.map { marks.contains($0) ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
        }
        if let spelled = spellings[plain] { return spelled }
        if plain.hasPrefix("vertex_ai_"), plain.hasSuffix("_models") { return "vertex_ai" }
        var rest = plain[...]
        while let dot = rest.utf8.lastIndex(of: UInt8(ascii: ".")), dot != rest.startIndex {
            rest = rest[..<dot]
            let start = String(rest)
            if let spelled = spellings[start] { return spelled }
            if isKnown(start) { return start }
        }
        return plain
    }

    /// Whether a word before a slash is a provider's name and not part of a model's.
    static func isKnown(_ canonical: String) -> Bool {
        makers.contains(canonical) || relays.contains(canonical) || others.contains(canonical)
    }

    private static let others: Set<String> = [
        "together", "fireworks", "groq", "cerebras", "sambanova", "deepinfra", "azure_ai", "databricks", "ollama",
        "replicate", "huggingface", "novita", "nebius", "hyperbolic", "watsonx", "snowflake", "dashscope", "nvidia",
        "sagemaker", "vllm", "friendliai", "lambda_ai", "github", "cloudflare", "baseten", "nscale", "ovhcloud",
        "scaleway", "volcengine", "tencent", "wandb", "oci", "v0", "inception", "arcee", "fal_ai", "stability",
        "recraft", "black_forest_labs", "elevenlabs", "deepgram", "assemblyai", "runwayml", "lm_studio", "morph",
    ]

    /// The makers whose prices hold for a host that lists no price of its own.
    static func makers(behind host: String) -> [String] {
        switch host {
        case "vertex_ai": ["google", "anthropic", "mistral", "meta", "deepseek", "xai"]
        case "azure", "azure_ai": ["openai", "mistral", "cohere", "deepseek", "xai", "anthropic", "meta"]
        case "google": ["vertex_ai"]
        default: []
        }
    }
}
