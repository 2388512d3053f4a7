"""What genai-prices says that usages of its models cost, exactly: the cases for its data loaded as a book."""

from datetime import datetime, time, timezone
from decimal import Decimal

from genai_prices import Usage, data
from genai_prices.types import ModelPrice

from .decimals import plain
from .genai_book import CLASSES, WITHOUT_CLASS, dated_prices, provider_of

# The package's names of the counts that each of Scrip's classes is part of.
PARTS = {
    "input": ["input_tokens"], "output": ["output_tokens"],
    "cache_read": ["input_tokens", "cache_read_tokens"],
    "cache_write_5m": ["input_tokens", "cache_write_tokens"],
    "cache_write_1h": ["input_tokens", "cache_write_tokens", "cache_write_1h_tokens"],
    "reasoning": ["output_tokens", "output_reasoning_tokens"],
    "audio_input": ["input_tokens", "input_audio_tokens"],
    "audio_output": ["output_tokens", "output_audio_tokens"],
    "image_input": ["input_tokens", "input_image_tokens"],
    "image_output": ["output_tokens", "output_image_tokens"],
}


def cost(price: ModelPrice, counts: dict, searches: int) -> Decimal:
    totals: dict[str, int] = {}
    for name, count in counts.items():
        for part in PARTS[name]:
            totals[part] = totals.get(part, 0) + count
    if searches:
        totals["web_searches"] = searches
    return price.calc_price(Usage(**totals))["total_price"]


def counts_of(price: ModelPrice, seed: int) -> dict | None:
    priced = {CLASSES[key] for key, value in vars(price).items() if key in CLASSES and value is not None}
    if "input" not in priced:
        return None
    names = ["input", "cache_read", "cache_write_5m", "cache_write_1h"] + (
        ["output", "reasoning"] if "output" in priced else []
    ) + [name for name in ("audio_input", "audio_output", "image_input", "image_output") if name in priced]
    return {name: 101 + (seed * 7919 + index * 613) % 99_991 for index, name in enumerate(names)}


def cases() -> list[dict]:
    found, seed = [], 0
    for provider in data.providers:
        taken: set[str] = set()
        for model in provider.models:
            dated = dated_prices(model)
            if dated is None or model.id.lower() in taken:
                continue
            taken.add(model.id.lower())
            for since, price in dated:
                seed += 1
                found += cases_of(provider_of(provider.id), model.id, since, price, seed)
    return found


def cases_of(provider: str, name: str, since, price: ModelPrice, seed: int) -> list[dict]:
    counts = counts_of(price, seed)
    if counts is None:
        return []
    keys = {key for key, value in vars(price).items() if value is not None}
    if keys & WITHOUT_CLASS:
        counts = {key: count for key, count in counts.items() if key in ("input", "output")}
    starts = sorted({tier.start for value in vars(price).values() for tier in getattr(value, "tiers", [])})
    moment = datetime.combine(since, time(), timezone.utc) if since else datetime(2020, 1, 1, tzinfo=timezone.utc)
    usages = [counts]
    others = sum(count for key, count in counts.items() if "input" in key or "cache" in key) - counts["input"]
    for start in starts:
        if start > others:
            usages += [{**counts, "input": start - others}, {**counts, "input": start + 1 - others}]
    searches = 3 if "web_searches_kcount" in keys else 0
    return [
        {
            "provider": provider, "model": name,
            "usage": {**{f"{key}_tokens": count for key, count in usage.items()},
                      **({"web_searches": searches} if searches else {})},
            "at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "usd": plain(cost(price, usage, searches), 18),
        }
        for usage in usages
    ]
