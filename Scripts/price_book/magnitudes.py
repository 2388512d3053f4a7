"""Prices that are wrong by orders of magnitude, such as dollars per thousand tokens read as dollars per token.

A price is compared with a ceiling, with the other source's price of the same model, and with what the same model costs at
other providers. One that stands out stops the build until a person has looked at it and said in price_overrides.json what is
right: `{"provider/id": {"usd_per_million": {"input": "3.2"}, "why": "…"}}`, `"without_tiers": ["priority"]` where a tier is not
on offer, or `"keep": true` where the price is right as it is.
"""

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from statistics import median

# The dearest text model ever listed asked 150 and 600 dollars per million tokens.
CEILING = {"input": Decimal(300), "output": Decimal(1200)}
# How many times the other source's price, or the usual price of the same model elsewhere, is more than a difference.
TIMES_THE_OTHER_SOURCE = 20
TIMES_THE_FAMILY = 50
CLASSES = ("input", "output")
OVERRIDES = Path(__file__).with_name("price_overrides.json")


# Every other class beside its base: a thousandfold is another unit, not another price.
BASES = {
    "cache_read": "input", "cache_write_5m": "input", "cache_write_1h": "input", "audio_input": "input",
    "image_input": "input", "reasoning": "output", "audio_output": "output", "image_output": "output",
}
TIMES_THE_BASE = 200
# Fees for one search, image, second or request.
UNIT_CEILING = Decimal(100)


def family(model: dict) -> str:
    """The model's name without who serves it, for comparing one model at several providers."""
    return model["id"].lower().split("/")[-1].split(":")[0]


def price(model: dict, name: str) -> Decimal | None:
    value = model.get("usd_per_million", {}).get(name)
    return Decimal(value) if value is not None and Decimal(value) > 0 else None


def stands_out(value: Decimal, usual: Decimal, times: int) -> bool:
    return value > usual * times or value * times < usual


def outliers(models: list[dict], other_source: list[dict]) -> list[tuple[dict, str]]:
    """Models with a price that stands out, and why."""
    elsewhere: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for model in models:
        for name in CLASSES:
            if (value := price(model, name)) is not None:
                elsewhere[family(model), name].append(value)
    others = {}
    for model in other_source:
        for key in [model["id"], *model.get("aliases", [])]:
            others[model["provider"], key.lower()] = model
    found = [(model, why) for model in models if (why := odd_part(model))]
    for model in models:
        for name in CLASSES:
            value = price(model, name)
            if value is None:
                continue
            if value > CEILING[name]:
                found.append((model, f"{name} {value} is above the ceiling of {CEILING[name]}"))
                break
            other = others.get((model["provider"], model["id"].lower()))
            stated = price(other, name) if other else None
            if stated is not None and stands_out(value, stated, TIMES_THE_OTHER_SOURCE):
                found.append((model, f"{name} {value} is {stated} by the other source"))
                break
            values = elsewhere[family(model), name]
            if len(values) >= 3 and stands_out(value, median(values), TIMES_THE_FAMILY):
                found.append((model, f"{name} {value} is {median(values)} elsewhere"))
                break
    return found


def odd_part(model: dict) -> str | None:
    """A price that does not fit the model's own other prices, or a fee beyond any; none when all fit."""
    tiers = [model, *model.get("above_input_tokens", []), *model.get("service_tiers", {}).values()]
    for part in tiers:
        for name, base in BASES.items():
            value, usual = price(part, name), price(part, base) or price(model, base)
            if value is not None and usual is not None and value > usual * TIMES_THE_BASE:
                return f"{name} {value} beside {base} {usual}"
        for name in CLASSES:
            value, usual = price(part, name), price(model, name)
            if value is not None and usual is not None and stands_out(value, usual, TIMES_THE_OTHER_SOURCE):
                return f"{name} {value} of a tier beside {usual}"
    for name, fee in model.get("usd_per_unit", {}).items():
        if Decimal(fee) > UNIT_CEILING:
            return f"{fee} dollars for one of {name}"
    return None


def corrected() -> set[str]:
    """The models whose prices a person has corrected."""
    return {name for name, review in json.loads(OVERRIDES.read_text()).items() if not review.get("keep")}


def settle(models: list[dict], other_source: list[dict], overrides: dict | None = None) -> None:
    """Sets the reviewed prices, and stops the build when a price stands out that nobody has reviewed."""
    reviewed = json.loads(OVERRIDES.read_text()) if overrides is None else overrides
    unused = set(reviewed)
    kept = set()
    for model in models:
        name = f"{model['provider']}/{model['id']}"
        if name not in reviewed:
            continue
        unused.discard(name)
        if reviewed[name].get("keep"):
            kept.add(name)
        else:
            review = reviewed[name]
            model["usd_per_million"] = {**model.get("usd_per_million", {}), **review.get("usd_per_million", {})}
            for tier in review.get("without_tiers", []):
                model.get("service_tiers", {}).pop(tier, None)
    problems = [
        f"{model['provider']}/{model['id']}: {why}" for model, why in outliers(models, other_source)
        if f"{model['provider']}/{model['id']}" not in kept
    ]
    problems += [f"{name}: reviewed, but the sources no longer list it" for name in sorted(unused)]
    if problems:
        raise SystemExit("Prices that a person must review (price_overrides.json):\n  " + "\n  ".join(problems))
