"""What the local upstream answers: each case with the usage its provider states, and the classes that usage is of.

Prices are this check's own, so that every class costs something else and a token in the wrong class shows.
"""

from fractions import Fraction

CHAT = "gpt-4o-mini"
AUDIO = "gpt-4o-audio-preview"
EMBEDDING = "text-embedding-3-small"
IMAGE = "gpt-image-1"
CLAUDE = "claude-sonnet-4-5"

# US dollars per million tokens.
PRICES = {
    ("openai", CHAT): {"input": "10", "cache_read": "1", "output": "40"},
    ("openai", AUDIO): {"input": "2", "output": "8", "audio_input": "100", "audio_output": "200"},
    ("openai", EMBEDDING): {"input": "1"},
    ("openai", IMAGE): {"input": "5", "image_input": "12", "image_output": "44"},
    ("anthropic", CLAUDE): {
        "input": "3", "cache_read": "0.3", "cache_write_5m": "4", "cache_write_1h": "7", "output": "15"},
}
# A service tier that costs three times as much.
DEAR = "priority"


class Case:
    """One call: what it is asked for, what is used, and who refuses it."""

    def __init__(self, name, model, usage=None, classes=None, tier=None, refusals=()):
        self.name = name
        self.model = model
        self.usage = usage
        self.classes = classes or {}
        self.tier = tier
        # The statuses of the attempts that are refused before one is answered; without `usage` none is.
        self.refusals = refusals

    def cost(self):
        """What it costs, in credits, of which one is a dollar."""
        prices = PRICES["anthropic" if self.model == CLAUDE else "openai", self.model]
        factor = 3 if self.tier == DEAR else 1
        return sum(factor * count * Fraction(prices[name]) / 1_000_000 for name, count in self.classes.items())


def chat(name, prompt, completion, cached=0, reasoning=0, audio=(0, 0), model=CHAT, **others):
    usage = {
        "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": audio[0]},
        "completion_tokens_details": {
            "reasoning_tokens": reasoning, "audio_tokens": audio[1], "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0},
    }
    classes = {"input": prompt - cached - audio[0], "output": completion - audio[1]}
    if cached:
        classes["cache_read"] = cached
    if audio[0] or audio[1]:
        classes.update(audio_input=audio[0], audio_output=audio[1])
    return Case(name, model, usage, classes, **others)


def response(name, input_tokens, output, cached=0, reasoning=0, **others):
    usage = {
        "input_tokens": input_tokens, "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": output, "output_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": input_tokens + output,
    }
    classes = {"input": input_tokens - cached, "cache_read": cached, "output": output}
    return Case(name, CHAT, usage, classes, **others)


def message(name, input_tokens, output, read=0, short=0, long=0, **others):
    usage = {
        "input_tokens": input_tokens, "cache_creation_input_tokens": short + long, "cache_read_input_tokens": read,
        "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long},
        "output_tokens": output, "inference_geo": "not_available",
    }
    classes = {
        "input": input_tokens, "cache_read": read, "cache_write_5m": short, "cache_write_1h": long, "output": output}
    return Case(name, CLAUDE, usage, classes, **others)


ALL = [
    chat("chat", 1_001, 101),
    chat("chat-cached", 12_002, 302, cached=10_000),
    chat("chat-reasoning", 503, 703, reasoning=600),
    chat("chat-stream", 1_004, 104),
    chat("chat-stream-cached", 9_005, 305, cached=8_000),
    chat("chat-async", 1_006, 106),
    chat("chat-priority", 1_007, 107, tier=DEAR),
    chat("chat-retried", 1_008, 108, refusals=(503,)),
    chat("chat-audio", 1_109, 259, audio=(900, 200), model=AUDIO),
    chat("chat-tool", 1_010, 110),
    chat("chat-tool-result", 1_211, 111, cached=1_000),
    Case("chat-refused", CHAT, refusals=(400,)),
    Case("chat-limited", CHAT, refusals=(429,)),
    response("response", 2_001, 201, cached=1_500, reasoning=150),
    response("response-stream", 2_002, 202, cached=1_024),
    Case("response-refused", CHAT, refusals=(400,)),
    Case("embedding", EMBEDDING, {"prompt_tokens": 813, "total_tokens": 813}, {"input": 813}),
    Case("image", IMAGE, {
        "input_tokens": 54, "input_tokens_details": {"image_tokens": 40, "text_tokens": 14},
        "output_tokens": 1_056, "output_tokens_details": {"image_tokens": 1_056, "text_tokens": 0},
        "total_tokens": 1_110}, {"input": 14, "image_input": 40, "image_output": 1_056}),
    message("message", 1_501, 501),
    message("message-read", 22, 502, read=45_000),
    message("message-written", 23, 503, read=4_000, short=18_000),
    message("message-written-1h", 24, 504, read=4_000, short=1_000, long=5_600),
    message("message-stream", 1_505, 505),
    message("message-stream-written-1h", 26, 506, read=4_500, short=2_000, long=6_000),
    message("message-stream-helper", 1_507, 507, read=300),
    message("message-async", 1_508, 508),
    message("message-priority", 1_509, 509, tier=DEAR),
    message("message-beta", 1_510, 510, read=700),
    message("message-retried", 1_511, 511, refusals=(529,)),
    Case("message-refused", CLAUDE, refusals=(400,)),
    Case("message-overloaded", CLAUDE, refusals=(529,)),
    message("message-tool", 1_512, 512),
    message("message-tool-result", 1_513, 513, read=1_200),
]
BY_NAME = {case.name: case for case in ALL}


def catalog():
    """The catalog with these prices; a credit is a dollar."""
    models = []
    for (provider, model), prices in PRICES.items():
        listed = ", ".join(f'{name}: "{price}"' for name, price in prices.items())
        tripled = ", ".join(f'{name}: "{float(Fraction(price) * 3):g}"' for name, price in prices.items())
        models.append(
            f"  - {{provider: {provider}, id: {model}, usd_per_million: {{{listed}}},\n"
            f"     service_tiers: {{{DEAR}: {{usd_per_million: {{{tripled}}}}}}}}}")
    return (
        'credit_types: [{id: credits, name: Credits, usd_value: "1"}]\n'
        "default_plan: all\n"
        "plans: [{id: all, name: All, allowances: [{credit_type: credits, amount: \"1000\", every: month}]}]\n"
        "actions: [{id: ask_model, credit_type: credits, rate: {model_tokens: {markup: \"1\"}}}]\n"
        "unknown_model: refuse\n"
        "models:\n" + "\n".join(models) + "\n")
