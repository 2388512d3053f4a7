"""What litellm says that usages of its models cost: the cases that Scrip's own cost is compared with."""

import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import logging  # noqa: E402
from datetime import datetime, timezone  # noqa: E402

import litellm  # noqa: E402
from litellm.cost_calculator import batch_cost_calculator, cost_per_token  # noqa: E402
from litellm.litellm_core_utils.llm_cost_calc import utils as calculation  # noqa: E402
from litellm.litellm_core_utils.llm_cost_calc.tool_call_cost_tracking import (  # noqa: E402
    StandardBuiltInToolCostTracking,
)
from litellm.llms import get_cost_for_web_search_request  # noqa: E402
from litellm.types.utils import (  # noqa: E402
    CacheCreationTokenDetails,
    CompletionTokensDetailsWrapper,
    PromptTokensDetailsWrapper,
    ServerToolUse,
    Usage,
)
from . import litellm_prices  # noqa: E402

logging.disable(logging.CRITICAL)
# A working day's moment outside of every window of lower prices: Scrip charges the standard price at any time.
NOON = datetime(2026, 11, 18, 2, 0, tzinfo=timezone.utc)
calculation.current_billing_time = lambda: NOON

# Providers for which litellm's own calculator knows text in and out alone, or no service tiers.
PLAIN = {"perplexity"}
WITHOUT_SERVICE_TIERS = {
    "perplexity", "deepseek", "xai", "fireworks_ai", "dashscope", "qwencloud", "qwen_ai_platform", "tencent",
}
WITHOUT_AUDIO = WITHOUT_HOUR = {"dashscope", "qwencloud", "qwen_ai_platform", "tencent", "perplexity"}
WITHOUT_REASONING = {"xai"}


def called_provider(entry: dict) -> str:
    name = entry["litellm_provider"]
    if name.startswith("vertex_ai"):
        return "vertex_ai"
    names = {"bedrock_converse": "bedrock", "fireworks_ai-embedding-models": "fireworks_ai"}
    return names.get(name, name)


def usage_of(counts: dict, **extra) -> Usage:
    """The counts, each in its own class, as litellm's usage, in which details are parts of the totals."""
    inputs = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "audio_input", "image_input")
    outputs = ("output", "reasoning", "audio_output", "image_output")
    prompt, completion = (sum(counts.get(name, 0) for name in names) for names in (inputs, outputs))
    writes = counts.get("cache_write_5m", 0) + counts.get("cache_write_1h", 0)
    usage = Usage(
        prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion,
        prompt_tokens_details=PromptTokensDetailsWrapper(
            text_tokens=counts.get("input", 0), cached_tokens=counts.get("cache_read", 0),
            audio_tokens=counts.get("audio_input", 0), image_tokens=counts.get("image_input", 0),
            web_search_requests=extra.get("web_search_requests"),
            **({
                "cache_creation_tokens": writes,
                "cache_creation_token_details": CacheCreationTokenDetails(
                    ephemeral_5m_input_tokens=counts.get("cache_write_5m", 0),
                    ephemeral_1h_input_tokens=counts.get("cache_write_1h", 0),
                ),
            } if writes else {}),
        ),
        completion_tokens_details=CompletionTokensDetailsWrapper(
            text_tokens=counts.get("output", 0), reasoning_tokens=counts.get("reasoning", 0),
            audio_tokens=counts.get("audio_output", 0), image_tokens=counts.get("image_output", 0),
        ) if any(counts.get(name) for name in outputs[1:]) else None,
    )
    for name in ("inference_geo", "speed", "server_tool_use", "server_side_tool_usage_details"):
        if name in extra:
            setattr(usage, name, extra[name])
    return usage


class Model:
    """One model of litellm's map beside its entry of the book."""

    def __init__(self, key: str, entry: dict, book: dict):
        self.key, self.entry, self.book = key, entry, book
        self.provider = called_provider(entry)
        self.prices = book.get("usd_per_million", {})

    def cost(self, counts: dict, service_tier: str | None = None, **extra) -> float:
        location = {name: extra[name] for name in ("data_residency", "vertex_location") if name in extra}
        parts = cost_per_token(
            model=self.key, custom_llm_provider=self.provider, usage_object=usage_of(counts, **extra),
            service_tier=service_tier, **location,
        )
        return sum(parts)

    def batch_cost(self, counts: dict) -> float:
        return sum(batch_cost_calculator(usage=usage_of(counts), model=self.key, custom_llm_provider=self.provider))

    def search_fee(self, count: int) -> float:
        extra = {
            "web_search_requests": count, "server_tool_use": ServerToolUse(web_search_requests=count),
            "server_side_tool_usage_details": {"web_search_calls": count},
        }
        info = litellm.get_model_info(model=self.key, custom_llm_provider=self.provider)
        fee = get_cost_for_web_search_request(self.provider, usage_of({"input": 1}, **extra), info)
        if fee is None:
            fee = StandardBuiltInToolCostTracking.get_cost_for_web_search(model_info=info)
        return fee

    def all_classes(self, seed: int) -> dict:
        """Counts of every class that may be told apart, whether or not it has a price of its own."""
        names = ["input", "output"]
        if self.provider not in PLAIN:
            names += ["cache_read", "cache_write_5m"]
        if self.provider not in WITHOUT_HOUR:
            names += ["cache_write_1h"]
        if self.provider not in WITHOUT_REASONING:
            names += ["reasoning"]
        if self.provider not in WITHOUT_AUDIO | WITHOUT_REASONING:
            names += ["audio_input", "audio_output", "image_input", "image_output"]
        counts = {name: 101 + (seed * 7919 + index * 613) % 4999 for index, name in enumerate(names)}
        if "output" not in self.prices:
            counts = {name: count for name, count in counts.items() if name not in ("output", "reasoning")
                      and (name in self.prices or not name.endswith("_output"))}
        return counts


def reaching(total: int, counts: dict) -> dict:
    """The counts with so much input that all input together is the total."""
    others = sum(counts.get(name, 0) for name in counts if "input" in name or "cache" in name) - counts["input"]
    return {**counts, "input": total - others}


def cases_of(model: Model, seed: int) -> list[dict]:
    cases: list[dict] = []
    counts = model.all_classes(seed)

    def add(counts: dict, cost: float, **terms) -> None:
        usage = {name + "_tokens": count for name, count in counts.items() if count}
        usage.update(terms.pop("units", {}))
        cases.append({
            "provider": model.book["provider"], "model": model.book["id"], "usage": usage, **terms, "usd": repr(cost),
        })

    if "input" in model.prices and model.entry.get("mode") != "audio_speech":
        tiers = [tier["tokens"] for tier in model.book.get("above_input_tokens", []) if model.provider not in PLAIN]
        text = {name: counts[name] for name in ("input", "output") if name in counts}
        add(text, model.cost(text))
        add(counts, model.cost(counts))
        for threshold in tiers:
            for total in (threshold - 1, threshold, threshold + 1):
                at = reaching(total, counts)
                add(at, model.cost(at))
        for name, tier in model.book.get("service_tiers", {}).items():
            if name == "batch":
                cases_of_batches(model, text, tier, add)
            elif model.provider not in WITHOUT_SERVICE_TIERS:
                # litellm loses a service tier's price of audio on the way to its calculator.
                own = tier["usd_per_million"]
                served = {name: count for name, count in counts.items() if name != "audio_input" or name not in own}
                add(served, model.cost(served, name), service_tier=name)
                for threshold in sorted({one["tokens"] for one in tier.get("above_input_tokens", [])} | set(tiers)):
                    for total in (threshold, threshold + 1):
                        at = reaching(total, served)
                        add(at, model.cost(at, name), service_tier=name)
        cases_of_multipliers(model, counts, add)
    if "web_searches" in model.book.get("usd_per_unit", {}) and "output" in model.prices:
        by_prompt = model.provider in ("gemini", "vertex_ai") and "claude" not in model.key \
            and model.entry.get("web_search_billing_unit") != "per_query"
        number = 1 if by_prompt or model.provider not in ("gemini", "vertex_ai", "anthropic", "xai", "groq") else 3
        text = {"input": counts["input"], "output": counts["output"]}
        extra = {"web_search_requests": number} if model.provider == "perplexity" else {}
        fee = 0.0 if extra else model.search_fee(number)
        terms = {"geography": "us"} if model.provider == "anthropic" and "multipliers" in model.book else {}
        cost = model.cost(text, **extra, **({"inference_geo": "us"} if terms else {}))
        add(text, cost + fee, units={"web_searches": number}, **terms)
    return cases


def cases_of_batches(model: Model, text: dict, tier: dict, add) -> None:
    """Batches, of the classes for which a batch price is stated."""
    stated = tier["usd_per_million"]
    if "input" not in stated or ("output" in text and "output" not in stated):
        return
    counts = {**text, **{name: 700 + len(name) for name in ("cache_read", "cache_write_5m", "audio_input",
                                                         "image_input") if name in stated}}
    add(counts, model.batch_cost(counts), service_tier="batch")
    known = {tokens for tokens, _ in litellm_prices.thresholds(model.entry, "_batches")}
    for one in tier.get("above_input_tokens", []):
        # litellm keeps a batch's flat price above a threshold for which it states no batch price.
        for total in (one["tokens"], one["tokens"] + 1) if one["tokens"] in known else (one["tokens"],):
            at = reaching(total, counts)
            add(at, model.batch_cost(at), service_tier="batch")


def cases_of_multipliers(model: Model, counts: dict, add) -> None:
    factors = model.book.get("multipliers", {})
    for word in factors.get("geography", {}):
        names = {"openai": "data_residency", "vertex_ai": "vertex_location"}
        name = names.get(model.provider, "inference_geo")
        add(counts, model.cost(counts, **{name: "us-east5" if word == "regional" else word}), geography=word)
    for word in factors.get("speed", {}):
        add(counts, model.cost(counts, speed=word), speed=word)
        add(counts, model.cost(counts, speed=word, inference_geo="us"), speed=word, geography="us")


def cases(listed: list[tuple[str, dict]], source: dict) -> tuple[list[dict], list[str]]:
    """All cases, and the models that litellm itself cannot price."""
    found, refused = [], []
    for seed, (key, book) in enumerate(listed):
        if key.startswith("perplexity/perplexity/"):
            continue  # litellm takes the doubled name for the single one
        if "requests" in book.get("usd_per_unit", {}):
            continue  # litellm knows the fee for each request but does not charge it
        try:
            found += cases_of(Model(key, source[key], book), seed)
        except Exception as error:  # litellm raises bare exceptions for models it cannot place
            refused.append(f"{key}: {str(error).splitlines()[0][:100]}")
    return found, refused
