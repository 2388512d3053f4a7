"""litellm's price map as a price book: the fields of one entry."""

import re
from decimal import Decimal

from .decimals import is_number, million_price, per_million, plain, tidied

CLASSES = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write_5m": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
    "reasoning": "output_cost_per_reasoning_token",
    "audio_input": "input_cost_per_audio_token",
    "audio_output": "output_cost_per_audio_token",
    "image_input": "input_cost_per_image_token",
    "image_output": "output_cost_per_image_token",
}
BATCH_CLASSES = ("input", "output", "cache_read", "cache_write_5m")
SERVICE_TIERS = {
    "batch": "_batches", "flex": "_flex", "priority": "_priority", "ultrafast": "_ultrafast", "balanced": "_balanced",
}
# A Fireworks model without a cache price: half the input price, by litellm's constant for it.
FIREWORKS_CACHE_READ = Decimal("0.5")
# https://docs.x.ai/developers/pricing#tools-pricing, by litellm's constant for it.
XAI_WEB_SEARCH = 0.005
INCLUSIVE_TIERS = {"xai"}
TIER = re.compile(r"_above_(\d+)(k?)_tokens")


def token_prices(entry: dict, suffix: str = "") -> dict[str, str]:
    return {
        name: per_million(entry[key + suffix])
        for name, key in CLASSES.items()
        if is_number(entry.get(key + suffix))
    }


def thresholds(entry: dict, suffix: str) -> list[tuple[int, str]]:
    found = {}
    for key in entry:
        match = TIER.search(key)
        if match and key.endswith(f"_tokens{suffix}") and key.startswith(tuple(CLASSES.values())):
            if is_number(entry[key]):
                found[int(match[1]) * (1000 if match[2] else 1)] = f"{match[1]}{match[2]}"
    return sorted(found.items())


def context_tiers(entry: dict, suffix: str, inclusive: bool) -> list[dict]:
    tiers = []
    for tokens, text in thresholds(entry, suffix):
        prices = token_prices(entry, f"_above_{text}_tokens{suffix}")
        if prices:
            tiers.append({"tokens": tokens, **({"at_or_above": True} if inclusive else {}), "usd_per_million": prices})
    return tiers


def batch_tier(standard: dict, tiers: list[dict], own: list[dict], prices: dict, provider: str) -> None:
    """Fills in what is not stated about batches: the discount is the same at every context size, and for an hour's
    cache write as for other input.

    https://platform.claude.com/docs/en/build-with-claude/batch-processing, https://ai.google.dev/gemini-api/docs/pricing
    """
    def discounted(price: str, of: str) -> str:
        return million_price(tidied(Decimal(price) * Decimal(prices[of]) / Decimal(standard[of])))

    priced = {name for name in prices if Decimal(standard.get(name, "0"))}
    if provider in ("anthropic", "vertex_ai") and "cache_write_1h" in standard and "input" in priced:
        prices.setdefault("cache_write_1h", discounted(standard["cache_write_1h"], "input"))
        priced.add("cache_write_1h")
    for tier in tiers:
        stated = next((other for other in own if other["tokens"] == tier["tokens"]), None)
        if stated is None:
            stated = {**tier, "usd_per_million": {}}
            own.append(stated)
        for name, price in tier["usd_per_million"].items():
            if name in priced:
                stated["usd_per_million"].setdefault(name, discounted(price, name))
    own[:] = sorted((tier for tier in own if tier["usd_per_million"]), key=lambda tier: tier["tokens"])


def service_tiers(entry: dict, standard: dict, tiers: list[dict], provider: str, inclusive: bool) -> dict:
    result = {}
    for name, suffix in SERVICE_TIERS.items():
        prices = token_prices(entry, suffix)
        own = context_tiers(entry, suffix, inclusive)
        if not prices and not own:
            continue
        if name == "batch":
            batch_tier(standard, tiers, own, prices, provider)
        result[name] = {"usd_per_million": prices, **({"above_input_tokens": own} if own else {})}
    return result


def ranged_prices(entry: dict) -> tuple[dict, list[dict]] | None:
    """`tiered_pricing`: each range states all prices, and nothing is taken from outside it but the output price."""
    ranges = entry.get("tiered_pricing")
    if not isinstance(ranges, list) or not all("range" in one and "input_cost_per_token" in one for one in ranges):
        return None
    flat, tiers = {}, []
    for one in sorted(ranges, key=lambda one: one["range"][0]):
        prices = token_prices(one)
        prices.setdefault("cache_read", prices["input"])
        prices.setdefault("cache_write_5m", prices["input"])
        prices.setdefault("cache_write_1h", prices["cache_write_5m"])
        if "output" not in prices and is_number(entry.get("output_cost_per_token")):
            prices["output"] = per_million(entry["output_cost_per_token"])
        if "output" in prices:
            prices.setdefault("reasoning", prices["output"])
        if one["range"][0] == 0:
            flat = prices
        else:
            tiers.append({"tokens": int(one["range"][0]), "usd_per_million": prices})
    for prices in [flat] + [tier["usd_per_million"] for tier in tiers]:
        without_defaults(prices, flat, tiers)
    return flat, tiers


def without_defaults(prices: dict, flat: dict, tiers: list[dict]) -> None:
    """Leaves out a class that costs what its base class costs in every tier."""
    everywhere = [flat] + [tier["usd_per_million"] for tier in tiers]
    for name, base in (("cache_write_1h", "cache_write_5m"), ("cache_write_5m", "input"), ("cache_read", "input"),
                       ("reasoning", "output")):
        if all(one.get(name) == one.get(base) for one in everywhere):
            for one in everywhere:
                one.pop(name, None)


def unit_prices(entry: dict, provider: str) -> dict[str, str]:
    units: dict[str, str] = {}

    def put(unit: str, value: object, size: int = 1) -> None:
        if is_number(value) and value > 0 and unit not in units:
            units[unit] = plain(tidied(value) / size)

    search = entry.get("search_context_cost_per_query")
    if isinstance(search, dict):
        # Perplexity's fee of its smallest search context, else the medium one, as litellm charges them.
        put("web_searches", search.get("search_context_size_" + ("low" if provider == "perplexity" else "medium")))
    if provider == "xai" and entry.get("mode") in ("chat", "responses"):
        put("web_searches", XAI_WEB_SEARCH)
    put("map_searches", entry.get("google_maps_grounding_cost_per_query"))
    put("file_searches", entry.get("file_search_cost_per_1k_calls"), 1000)
    put("code_interpreter_sessions", entry.get("code_interpreter_cost_per_session"))
    put("queries", entry.get("input_cost_per_query"))
    put("requests", entry.get("input_cost_per_request"))
    makes_images = entry.get("mode") in ("image_generation", "image_edit")
    put("images", entry.get("output_cost_per_image"))
    put("images" if makes_images else "input_images", entry.get("input_cost_per_image"))
    for suffix in ("480p", "720p", "768p", "1080p", "2k", "4k"):
        put(f"seconds_{suffix}", entry.get(f"output_cost_per_second_{suffix}"))
    put("seconds", entry.get("output_cost_per_video_per_second"))
    put("seconds", entry.get("output_cost_per_second"))
    put("seconds", entry.get("input_cost_per_second"))
    put("seconds", entry.get("cost_per_second"))
    put("audio_input_seconds", entry.get("input_cost_per_audio_per_second"))
    put("video_input_seconds", entry.get("input_cost_per_video_per_second"))
    put("characters", entry.get("input_cost_per_character"))
    put("pixels", entry.get("input_cost_per_pixel"))
    put("pages", entry.get("ocr_cost_per_page"))
    put("annotated_pages", entry.get("annotation_cost_per_page"))
    return units


def multipliers(entry: dict) -> dict:
    geography, speed = {}, {}
    if entry.get("litellm_provider") == "anthropic":
        for word, factor in (entry.get("provider_specific_entry") or {}).items():
            (speed if word == "fast" else geography)[word] = plain(tidied(factor))
    for region in ("eu", "us"):
        if is_number(entry.get(f"regional_processing_uplift_multiplier_{region}")):
            geography[region] = plain(tidied(entry[f"regional_processing_uplift_multiplier_{region}"]))
    if is_number(entry.get("regional_endpoint_uplift_multiplier")):
        geography["regional"] = plain(tidied(entry["regional_endpoint_uplift_multiplier"]))
    return {**({"geography": geography} if geography else {}), **({"speed": speed} if speed else {})}


def model(entry: dict, provider: str, name: str) -> dict:
    """One entry of the book, without what is absent."""
    inclusive = provider in INCLUSIVE_TIERS
    ranged = ranged_prices(entry)
    if ranged:
        prices, tiers = ranged
    else:
        prices = token_prices(entry)
        if entry["litellm_provider"] == "fireworks_ai" and "input" in prices and "cache_read" not in prices:
            prices["cache_read"] = million_price(tidied(Decimal(prices["input"]) * FIREWORKS_CACHE_READ))
        if prices.get("output", "0") == "0" and "image_output" in prices:
            # An image model without an output price produces image tokens only.
            prices["output"] = prices["image_output"]
        tiers = context_tiers(entry, "", inclusive)
    services = service_tiers(entry, prices, tiers, provider, inclusive)
    parts = {
        "usd_per_million": prices, "above_input_tokens": tiers, "service_tiers": services,
        "multipliers": multipliers(entry), "usd_per_unit": unit_prices(entry, provider),
    }
    return {"provider": provider, "id": name, **{key: value for key, value in parts.items() if value}}


def costs_something(entry: dict) -> bool:
    texts = list(entry.get("usd_per_million", {}).values()) + list(entry.get("usd_per_unit", {}).values())
    for tier in entry.get("above_input_tokens", []):
        texts += tier["usd_per_million"].values()
    return any(Decimal(text) > 0 for text in texts)
