import ScripCore
import ScripJSON

/// A small book with one model for each pricing rule. Prices are of the shape that providers publish.
enum SampleBook {
    static let text = #"""
        {"source": "written for tests", "date": "2026-11-20", "licence": "none", "models": [
          {"provider": "anthropic", "id": "claude-sonnet-4-5", "aliases": ["claude-sonnet-4-5-20250929"],
           "usd_per_million": {"input": "3", "output": "15", "cache_read": "0.3", "cache_write_5m": "3.75",
                               "cache_write_1h": "6"},
           "above_input_tokens": [{"tokens": 200000, "usd_per_million": {"input": "6", "output": "22.5",
                                   "cache_read": "0.6", "cache_write_5m": "7.5"}}],
           "service_tiers": {"batch": {"usd_per_million": {"input": "1.5", "output": "7.5"}}},
           "multipliers": {"geography": {"us": "1.1"}, "speed": {"fast": "6"}},
           "usd_per_unit": {"web_searches": "0.01"}},
          {"provider": "anthropic", "id": "claude-opus-4-8", "usd_per_million": {"input": "5", "output": "25"}},
          {"provider": "bedrock", "id": "anthropic.claude-sonnet-4-5-20250929-v1:0",
           "usd_per_million": {"input": "3", "output": "15"}},
          {"provider": "bedrock", "id": "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
           "usd_per_million": {"input": "3.3", "output": "16.5"}},
          {"provider": "openai", "id": "gpt-5", "aliases": ["gpt-5-2025-08-07"],
           "usd_per_million": {"input": "1.25", "output": "10", "cache_read": "0.125"},
           "service_tiers": {"priority": {"usd_per_million": {"input": "2.5", "output": "20", "cache_read": "0.25"}},
                             "flex": {"usd_per_million": {"input": "0.625", "output": "5"}}}},
          {"provider": "openai", "id": "gpt-5-mini", "usd_per_million": {"input": "0.25", "output": "2"}},
          {"provider": "openai", "id": "gpt-4o", "usd_per_million": {"input": "2.5", "output": "10"}},
          {"provider": "openai", "id": "gpt-4o-2024-05-13", "usd_per_million": {"input": "5", "output": "15"}},
          {"provider": "openai", "id": "gpt-audio", "usd_per_million": {"input": "2.5", "output": "10",
           "audio_input": "32", "audio_output": "64"}},
          {"provider": "azure", "id": "gpt-4o", "usd_per_million": {"input": "2.75", "output": "11"}},
          {"provider": "google", "id": "gemini-2.5-pro", "usd_per_million": {"input": "1.25", "output": "10",
           "cache_read": "0.125"},
           "above_input_tokens": [{"tokens": 200000, "usd_per_million": {"input": "2.5", "output": "15"}}],
           "service_tiers": {"batch": {"usd_per_million": {"input": "0.625", "output": "5"},
             "above_input_tokens": [{"tokens": 200000, "usd_per_million": {"input": "1.25"}}]}}},
          {"provider": "google", "id": "gemini-thinker", "usd_per_million": {"input": "1", "output": "4",
           "reasoning": "8"}, "service_tiers": {"batch": {"usd_per_million": {"output": "2"}}}},
          {"provider": "xai", "id": "grok-4", "usd_per_million": {"input": "3", "output": "15"},
           "above_input_tokens": [{"tokens": 128000, "at_or_above": true, "usd_per_million": {"input": "6",
           "output": "30"}}]},
          {"provider": "groq", "id": "openai/gpt-oss-120b", "usd_per_million": {"input": "0.15", "output": "0.6"}},
          {"provider": "together", "id": "shared-model", "usd_per_million": {"input": "1", "output": "1"}},
          {"provider": "fireworks", "id": "shared-model", "usd_per_million": {"input": "2", "output": "2"}},
          {"provider": "unheard-of", "id": "rare-1", "usd_per_million": {"input": "1", "output": "1"}},
          {"provider": "openai", "id": "embed-small", "usd_per_million": {"input": "0.02"}},
          {"provider": "openai", "id": "whisper", "usd_per_unit": {"seconds": "0.0001"}},
          {"provider": "perplexity", "id": "sonar", "usd_per_million": {"input": "1", "output": "1"},
           "usd_per_unit": {"requests": "0.005"}},
          {"provider": "deepseek", "id": "deepseek-chat", "effective_until": "2025-02-08",
           "usd_per_million": {"input": "0.14", "output": "0.28"}},
          {"provider": "deepseek", "id": "deepseek-chat", "effective_from": "2025-02-08",
           "usd_per_million": {"input": "0.27", "output": "1.1"}}
        ]}
        """#

    static func book() throws -> PriceBook { try PriceBook(json: JSONValue.parse(Array(text.utf8))) }

    static let now = CivilTime(year: 2026, month: 11, day: 20, microsecondOfDay: 0).asUTC

    static let credits = CreditTypeID(unchecked: "credits")
    static let chat = ActionID(unchecked: "chat")

    /// A catalog whose credit is worth a cent, with `chat` at a markup and `ping` at one credit.
    static func catalog(
        markup: Markup = .one, minimum: Credits = .zero, rounding: Rounding = .halfEven, models: [ModelPrice] = [],
        unknownModel: UnknownModelPolicy = .refuse
    ) throws -> Catalog {
        Catalog(
            creditTypes: [CreditType(id: credits, name: "Credits", dollarValue: Dollars("0.01"))], defaultPlan: nil,
            plans: [],
            actions: [
                Action(
                    id: chat, creditType: credits,
                    rate: .modelTokens(markup: markup, minimum: minimum, rounding: rounding)
                ),
                Action(
                    id: ActionID(unchecked: "ping"), creditType: credits,
                    rate: .fixed(Credits(nanocredits: 1_000_000_000))
                ),
            ],
            models: try PriceBook(models: models), book: try book(), unknownModel: unknownModel
        )
    }

    static func usage(_ model: String, provider: String? = nil, _ counts: [String: Quantity]) -> Usage {
        var usage = Usage(action: chat, counts: counts)
        usage.model = model
        usage.provider = provider
        return usage
    }
}
