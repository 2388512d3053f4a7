"""genai-prices' data as a price book, with its history: exactly, but for float noise beyond 12 digits in the data."""

from datetime import date
from decimal import Decimal
from importlib import metadata

from genai_prices import data
from genai_prices.types import ClauseOr, ConditionalPrice, ModelPrice, StartDateConstraint, TieredPrices

from .decimals import million_price, plain

CLASSES = {
    "input_mtok": "input", "output_mtok": "output", "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write_5m", "cache_write_1h_mtok": "cache_write_1h",
    "output_reasoning_mtok": "reasoning", "input_audio_mtok": "audio_input", "output_audio_mtok": "audio_output",
    "input_image_mtok": "image_input", "output_image_mtok": "image_output",
}
UNITS = {"web_searches_kcount": "web_searches", "requests_kcount": "requests"}
# Prices of tokens that the book has no class of their own for: cached sound and images, video, citations.
WITHOUT_CLASS = {
    "cache_audio_read_mtok", "cache_image_read_mtok", "input_video_mtok", "output_video_mtok", "output_citation_mtok",
}
PROVIDERS = {"x-ai": "xai", "aws": "bedrock", "moonshotai": "moonshot", "voyageai": "voyage"}


def version() -> str:
    return metadata.version("genai-prices")


def provider_of(name: str) -> str:
    return PROVIDERS.get(name, name.replace("-", "_"))


def token_prices(price: ModelPrice) -> tuple[dict, list[dict]]:
    flat: dict[str, str] = {}
    tiers: dict[int, dict[str, str]] = {}
    for key, name in CLASSES.items():
        value = vars(price).get(key)
        if isinstance(value, TieredPrices):
            flat[name] = million_price(value.base)
            for tier in value.tiers:
                tiers.setdefault(tier.start, {})[name] = million_price(tier.price)
        elif isinstance(value, Decimal):
            flat[name] = million_price(value)
    return flat, [{"tokens": start, "usd_per_million": tiers[start]} for start in sorted(tiers)]


def entry(provider: str, name: str, price: ModelPrice) -> dict:
    flat, tiers = token_prices(price)
    units = {
        unit: plain(vars(price)[key] / 1000)
        for key, unit in UNITS.items()
        if isinstance(vars(price).get(key), Decimal)
    }
    parts = {"usd_per_million": flat, "above_input_tokens": tiers, "usd_per_unit": units}
    return {"provider": provider, "id": name, **{key: value for key, value in parts.items() if value}}


def dated_prices(model) -> list[tuple[date | None, ModelPrice]] | None:
    """The prices in order of time; none for a model whose price depends on the time of day."""
    if isinstance(model.prices, ModelPrice):
        return [(None, model.prices)]
    dated = []
    for part in model.prices:
        if not isinstance(part, ConditionalPrice):
            return None
        if part.constraint is not None and not isinstance(part.constraint, StartDateConstraint):
            return None
        dated.append((part.constraint.start_date if part.constraint else None, part.prices))
    return sorted(dated, key=lambda item: item[0] or date.min)


def with_variants(made: dict, model, since: date | None, until: date | None) -> None:
    """Prices of batches, where they hold for the whole time of the entry."""
    for variant in model.price_variants or []:
        begin = variant.constraint.start_date if isinstance(variant.constraint, StartDateConstraint) else None
        if dict(variant.when) == {"processing": "batch"} and (until is None or (begin or date.min) < until):
            flat, tiers = token_prices(variant.prices)
            made["service_tiers"] = {
                "batch": {"usd_per_million": flat, **({"above_input_tokens": tiers} if tiers else {})}
            }


def models(since_day: date | None) -> list[dict]:
    """All models with the prices that hold on a day and after it, or with their whole history."""
    listed = []
    for provider in data.providers:
        taken: set[str] = set()
        for model in provider.models:
            dated = dated_prices(model)
            if dated is None or model.id.lower() in taken:
                continue
            taken.add(model.id.lower())
            for index, (since, price) in enumerate(dated):
                until = dated[index + 1][0] if index + 1 < len(dated) else None
                if since_day is not None and until is not None and until <= since_day:
                    continue
                made = entry(provider_of(provider.id), model.id, price)
                if "usd_per_million" not in made and "usd_per_unit" not in made:
                    continue
                with_variants(made, model, since, until)
                if since is not None and (since_day is None or since > since_day):
                    made["effective_from"] = f"{since.isoformat()}T00:00:00Z"
                if until is not None:
                    made["effective_until"] = f"{until.isoformat()}T00:00:00Z"
                listed.append(made)
    return listed


def other_names(makers: set[str]) -> dict[tuple[str, str], list[str]]:
    """The other names that mean a model, or, with those who make their own, that its dated names begin with; by its
    provider and id."""
    found = {}
    for provider in data.providers:
        is_maker = provider_of(provider.id) in makers
        kinds = ("equals", "starts_with", "contains") if is_maker else ("equals",)
        for model in provider.models:
            clauses = model.match.or_ if isinstance(model.match, ClauseOr) else [model.match]
            texts = [getattr(clause, kind, "") for clause in clauses for kind in kinds]
            names = {text.rstrip("-@").lower(): text.rstrip("-@") for text in texts if text}
            names.pop(model.id.lower(), None)
            found.setdefault((provider_of(provider.id), model.id), sorted(names.values()))
    return found
