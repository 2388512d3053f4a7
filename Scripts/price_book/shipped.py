"""The book that ships with Scrip, and what is written beside it."""

import json
import re
from datetime import date
from importlib import metadata

from . import genai_book, litellm_book, magnitudes

LICENCE = "MIT"
# Whose older models are taken from genai-prices, and how the names of models they make themselves begin.
MAKERS = {
    "anthropic": ("claude",), "openai": ("gpt", "o1", "o3", "o4", "text-embedding", "chatgpt"), "xai": ("grok",),
    "google": ("gemini",), "mistral": ("mistral", "ministral", "codestral", "pixtral", "magistral", "devstral"),
    "deepseek": ("deepseek",), "cohere": ("command", "embed"), "perplexity": ("sonar",), "groq": ("",),
    "moonshot": ("kimi", "moonshot"),
}
# Names by which others resell them.
NOT_THEIRS = re.compile(r":|\.ft-|^gpt-oss|^gpt-5.*-image")


def models(day: date) -> tuple[list[tuple[str, dict]], list[dict]]:
    """litellm's models with their keys, and genai-prices' models of providers, and older ones, that litellm lacks."""
    listed = litellm_book.models()
    known = {model["provider"] for _, model in listed}
    names = {
        (model["provider"], name.lower()) for _, model in listed for name in [model["id"], *model.get("aliases", [])]
    }
    others = [
        model for model in genai_book.models(day)
        if model["provider"] not in known
        or (model["id"].startswith(MAKERS.get(model["provider"], "\0")) and not NOT_THEIRS.search(model["id"])
            and (model["provider"], model["id"].lower()) not in names)
    ]
    names |= {(model["provider"], model["id"].lower()) for model in others}
    aliases = genai_book.other_names(set(MAKERS) - {"groq"})
    for model in others:
        if "effective_from" not in model and "effective_until" not in model:
            wanted = [name for name in aliases.get((model["provider"], model["id"]), [])
                      if (model["provider"], name.lower()) not in names
                      and (model["provider"] not in MAKERS or name.startswith(MAKERS[model["provider"]]))]
            names |= {(model["provider"], name.lower()) for name in wanted}
            if wanted:
                model["aliases"] = sorted(wanted, key=str.lower)
    others = [litellm_book.ordered(model) for model in others]
    magnitudes.settle([model for _, model in listed] + others, genai_book.models(day))
    return listed, others


def source() -> str:
    return f"litellm {litellm_book.version()} (model price map), genai-prices {genai_book.version()}"


def text(models: list[dict], of: str, day: date) -> str:
    """A book as JSON, one model on each line."""
    head = {"source": of, "date": day.isoformat(), "licence": LICENCE}
    lines = ",\n".join(json.dumps(model, ensure_ascii=True, separators=(",", ":")) for model in models)
    return json.dumps(head, separators=(",", ":"))[:-1] + ',"models":[\n' + lines + "\n]}"


def swift(book: str, of: str, day: date) -> str:
    assert '"""#' not in book and "\\#" not in book
    return (
        "// swift-format-ignore-file\n"
        f"// Made by Scripts/build-price-book on {day.isoformat()}; not to be edited.\n"
        f"// Source: {of}. Licence: {LICENCE}; see ../LICENSE-DATA.md.\n\n"
        "enum ShippedPrices {\n"
        '    static let text: StaticString = #"""\n' + book + '\n"""#\n}\n'
    )


def licence_texts() -> str:
    parts = []
    for package in ("litellm", "genai-prices"):
        found = [file for file in metadata.files(package) or [] if file.name.upper().startswith("LICENSE")]
        text = found[0].read_text().strip() if found else "MIT"
        parts.append(f"## {package} {metadata.version(package)}\n\n```\n{text}\n```\n")
    return "\n".join(parts)


def notice(counts: dict[str, int], day: date) -> str:
    rows = "\n".join(f"| {name} | {count} |" for name, count in counts.items())
    return (
        "# Where the shipped prices come from\n\n"
        f"`Generated/ShippedPrices.swift` was made on {day.isoformat()} by `Scripts/build-price-book` from the data of\n"
        "these packages, both under the MIT licence. The prices are theirs; docs/prices.md says how they are read.\n\n"
        f"| source | models |\n|---|---|\n{rows}\n\n{licence_texts()}"
    )
