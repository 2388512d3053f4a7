"""litellm's price map as a price book: which entries, under which names."""

import json
import re
from collections import Counter
from importlib import metadata
from importlib.resources import files

from . import litellm_prices

PROVIDERS = {
    "gemini": "google", "bedrock_converse": "bedrock", "bedrock_mantle": "bedrock_mantle", "together_ai": "together",
    "cohere_chat": "cohere", "text-completion-openai": "openai", "text-completion-codestral": "codestral",
    "text-completion-inception": "inception", "azure_text": "azure", "fireworks_ai": "fireworks",
    "fireworks_ai-embedding-models": "fireworks", "meta_llama": "meta",
}
# Sizes of models rather than models, fine-tuning prices and searches that are no model's.
NOT_MODELS = re.compile(r"^(fireworks-ai-|together-ai-|sample_spec$|fallback_generalizations$)")
OTHER_MODES = {"search", "guardrail", "vector_store"}
BEDROCK_VERSION = re.compile(r"-v\d+(:\d+)?$")
CLAUDE_VERSION = re.compile(r"-(\d)-(\d)(?!\d)")
DATE = re.compile(r"[-@](20\d{2}-?[01]\d-?[0-3]\d)$")


def source() -> dict:
    text = files("litellm").joinpath("model_prices_and_context_window_backup.json").read_text()
    return json.loads(text)


def version() -> str:
    return metadata.version("litellm")


def provider_of(entry: dict) -> str:
    name = entry["litellm_provider"]
    if name.startswith("vertex_ai"):
        return "vertex_ai"
    return PROVIDERS.get(name, name.replace("-", "_"))


def names_of(key: str, entry: dict, provider: str) -> tuple[str, list[str]]:
    """The provider's id of the model, and other names."""
    name = key
    for prefix in (entry["litellm_provider"], provider, "vertex_ai", "bedrock", "fireworks_ai", "amazon-nova", "cohere"):
        if name.startswith(prefix + "/"):
            name = name[len(prefix) + 1:]
            break
    short = name.removeprefix("accounts/fireworks/models/")
    if provider == "bedrock":
        short = BEDROCK_VERSION.sub("", name)
    if provider in ("anthropic", "vertex_ai", "azure_ai") and name.startswith("claude-"):
        short = CLAUDE_VERSION.sub(r"-\1.\2", name)  # as resellers write it
    return name, [short] if short != name else []


def entries() -> list[tuple[str, dict, str, str, list[str]]]:
    """Key, entry, provider, id and aliases of all models; the key that states its provider comes before one that does
    not."""
    found = []
    for key, entry in source().items():
        if not isinstance(entry, dict) or NOT_MODELS.match(key) or not entry.get("litellm_provider"):
            continue
        if entry.get("mode") in OTHER_MODES:
            continue
        provider = provider_of(entry)
        name, aliases = names_of(key, entry, provider)
        found.append((key, entry, provider, name, aliases))
    return sorted(found, key=lambda item: (item[2], item[3].lower(), "/" not in item[0], item[0]))


def models() -> list[tuple[str, dict]]:
    """The book's entries with the keys they came from."""
    taken: dict[tuple[str, str], dict] = {}
    listed: list[tuple[str, dict]] = []
    wanted: list[tuple[dict, str]] = []
    for key, entry, provider, name, aliases in entries():
        model = litellm_prices.model(entry, provider, name)
        if (provider, name.lower()) in taken:
            continue
        taken[provider, name.lower()] = model
        if not litellm_prices.costs_something(model):
            continue
        listed.append((key, model))
        wanted += [(model, alias) for alias in aliases]
    claims = Counter((model["provider"], alias.lower()) for model, alias in wanted)
    for model, alias in wanted:
        claim = (model["provider"], alias.lower())
        if claim not in taken and claims[claim] == 1:
            add_alias(model, alias)
    return folded(listed)


def add_alias(model: dict, alias: str) -> None:
    model["aliases"] = sorted(set(model.get("aliases", [])) | {alias})


def prices(model: dict) -> str:
    return json.dumps({key: value for key, value in model.items() if key not in ("id", "aliases")}, sort_keys=True)


def folded(listed: list[tuple[str, dict]]) -> list[tuple[str, dict]]:
    """Dated names that cost what the undated one costs become its aliases."""
    by_name = {(model["provider"], model["id"]): model for _, model in listed}
    kept = []
    for key, model in listed:
        undated = DATE.sub("", model["id"])
        base = by_name.get((model["provider"], undated)) if undated != model["id"] else None
        if base is not None and prices(base) == prices(model):
            for alias in [model["id"]] + model.get("aliases", []):
                add_alias(base, alias)
        else:
            kept.append((key, model))
    return [(key, ordered(model)) for key, model in kept]


def ordered(model: dict) -> dict:
    first = {key: model[key] for key in ("provider", "id", "aliases") if key in model}
    return {**first, **{key: value for key, value in model.items() if key not in first}}
