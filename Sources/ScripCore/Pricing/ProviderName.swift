/// The spellings of providers' names that SDKs, telemetry conventions and price lists use.
enum ProviderName {
    /// Those who make models, most used first: whom a name without a provider means.
    static let makers = [
        "anthropic", "openai", "google", "xai", "mistral", "deepseek", "cohere", "meta", "moonshot", "zai", "minimax",
        "perplexity", "ai21", "voyage", "jina_ai", "vertex_ai", "bedrock", "azure",
    ]

    /// Those that pass a request on to the provider which the model's name begins with.
    static let relays: Set<String> = ["openrouter", "litellm", "litellm_proxy", "vercel_ai_gateway", "helicone"]

    /// Spellings of one provider, by the OpenTelemetry conventions (`aws.bedrock`), SDKs and price lists.
    private static let spellings: [String: String] = [
        "aws": "bedrock", "aws.bedrock": "bedrock", "aws_bedrock": "bedrock", "amazon_bedrock": "bedrock",
        "bedrock_converse": "bedrock", "vertex": "vertex_ai", "gcp.vertex_ai": "vertex_ai",
        "google_vertex": "vertex_ai", "vertexai": "vertex_ai", "gemini": "google", "gcp.gemini": "google",
        "gcp.gen_ai": "google", "google_ai_studio": "google", "google_genai": "google", "google_gla": "google",
        "azure_openai": "azure", "azure.ai.openai": "azure", "az.ai.openai": "azure", "x_ai": "xai",
        "mistral_ai": "mistral", "mistralai": "mistral", "moonshotai": "moonshot", "together_ai": "together",
        "togetherai": "together", "fireworks_ai": "fireworks", "meta_llama": "meta", "z_ai": "zai",
    ]

    /// The one spelling by which providers are compared.
    static func canonical(_ name: String) -> String {
        var plain = name.lowercased()
        if plain.utf8.contains(UInt8(ascii: "-")) {
            plain = String(decoding: plain.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
        }
        return spellings[plain] ?? plain
    }

    /// Whether a word before a slash is a provider's name and not part of a model's.
    static func isKnown(_ canonical: String) -> Bool {
        makers.contains(canonical) || relays.contains(canonical) || others.contains(canonical)
    }

    private static let others: Set<String> = [
        "together", "fireworks", "groq", "cerebras", "sambanova", "deepinfra", "azure_ai", "databricks", "ollama",
        "replicate", "huggingface", "novita", "nebius", "hyperbolic", "watsonx", "snowflake", "dashscope",
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
