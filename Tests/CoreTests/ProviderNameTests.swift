import ScripCore
import Testing

/// One table brings every usual spelling of a provider to one.
@Suite(.timeLimit(.minutes(15))) struct ProviderNameTests {
    @Test(arguments: [
        // LiteLLM
        ("cohere_chat", "cohere"), ("vertex_ai-language-models", "vertex_ai"),
        ("vertex_ai-anthropic_models", "vertex_ai"),
        ("vertex_ai_beta", "vertex_ai"), ("azure_ai", "azure_ai"), ("azure_text", "azure"),
        ("bedrock_converse", "bedrock"), ("fireworks_ai", "fireworks"), ("together_ai", "together"),
        ("text-completion-openai", "openai"), ("text-completion-codestral", "mistral"), ("codestral", "mistral"),
        ("anthropic_text", "anthropic"), ("ai21_chat", "ai21"), ("ollama_chat", "ollama"), ("hosted_vllm", "vllm"),
        ("sagemaker_chat", "sagemaker"), ("watsonx_text", "watsonx"), ("nvidia_nim", "nvidia"),
        ("gemini", "google"), ("meta_llama", "meta"), ("litellm_proxy", "litellm_proxy"),
        // OpenRouter and Vercel
        ("x-ai", "xai"), ("z-ai", "zai"), ("moonshotai", "moonshot"), ("mistralai", "mistral"), ("meta-llama", "meta"),
        ("Google AI Studio", "google"), ("Google Vertex", "vertex_ai"), ("Amazon Bedrock", "bedrock"),
        ("openai.chat", "openai"), ("openai.responses", "openai"), ("anthropic.messages", "anthropic"),
        ("google.generative-ai", "google"), ("google.vertex.chat", "vertex_ai"), ("azure.chat", "azure"),
        ("azure-openai.chat", "azure"), ("xai.chat", "xai"), ("amazon-bedrock", "bedrock"), ("groq.chat", "groq"),
        ("togetherai.chat", "together"), ("deepinfra.chat", "deepinfra"), ("cerebras.chat", "cerebras"),
        ("gateway", "vercel_ai_gateway"), ("vercel.chat", "v0"), ("moonshotai.chat", "moonshot"),
        // The clouds' names in OpenTelemetry
        ("aws.bedrock", "bedrock"), ("azure.ai.openai", "azure"), ("azure.ai.inference", "azure_ai"),
        ("gcp.gemini", "google"), ("gcp.vertex_ai", "vertex_ai"), ("ibm.watsonx.ai", "watsonx"),
        // Others stay what they are
        ("our-own", "our_own"), ("a.b.c", "a.b.c"), (".openai", ".openai"), ("", ""),
    ])
    func `a spelling means one provider`(spelling: String, provider: String) {
        #expect(ModelProviderName.canonical(spelling) == provider)
        #expect(ModelProviderName.canonical(ModelProviderName.canonical(spelling)) == provider)
    }
}
