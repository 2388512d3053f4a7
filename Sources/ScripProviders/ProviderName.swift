/// The spellings of providers' names.
enum ProviderName {
    /// Other spellings of a name: those of the OpenTelemetry GenAI conventions, litellm and common SDKs.
    private static let aliases: [String: String] = [
        "claude": "anthropic",
        "open_ai": "openai",
        "gemini": "google", "vertex": "google", "vertex_ai": "google", "vertexai": "google", "google_ai": "google",
        "google_genai": "google", "google_vertex": "google", "google_gla": "google", "gcp.gemini": "google",
        "gcp.vertex_ai": "google", "gcp.gen_ai": "google", "gcp": "google",
        "aws": "bedrock", "aws_bedrock": "bedrock", "aws.bedrock": "bedrock", "amazon": "bedrock",
        "amazon_bedrock": "bedrock", "bedrock_converse": "bedrock",
        "azure_openai": "azure", "azure_ai": "azure", "azure.ai.openai": "azure", "azure.ai.inference": "azure",
        "az.ai.openai": "azure", "az.ai.inference": "azure",
        "x_ai": "xai", "mistral_ai": "mistral", "together_ai": "together", "togetherai": "together",
        "fireworks_ai": "fireworks",
    ]

    /// The one spelling of a name; a name that is not known stays as it is, in small letters.
    static func canonical(_ name: String) throws(UsageFormatError) -> String {
        if name.utf8.count > UsageNode.mostTextBytes { throw UsageFormatError(pointer: "#/provider", rule: .length) }
        let small = name.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 }
        let spelled = String(small)
        return aliases[spelled] ?? name.lowercased()
    }
}
