"""The cases that the tests compare Scrip's costs with, as files of one JSON object on each line."""

import json
from datetime import date
from pathlib import Path

from . import genai_book, genai_costs, litellm_book, litellm_costs, magnitudes, shipped

# Of these providers every model is kept that has more than two flat prices; of all, every ninth model.
MAIN = {
    "anthropic", "openai", "azure", "google", "vertex_ai", "bedrock", "xai", "mistral", "deepseek", "groq", "cohere",
    "together", "fireworks", "perplexity", "dashscope",
}


def is_kept(model: dict, index: int) -> bool:
    telling = {"above_input_tokens", "multipliers", "service_tiers"}
    if model["provider"] == "bedrock" and "." in model["id"].split("anthropic.")[0]:
        telling = {"multipliers"}
    return index % 9 == 0 or (model["provider"] in MAIN and bool(telling & model.keys()))


def lines(cases: list[dict]) -> str:
    return "".join(json.dumps(case, separators=(",", ":")) + "\n" for case in cases)


def write(folder: Path, listed: list[tuple[str, dict]], day: date, every: bool) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    # Where a person has corrected a price, the package's own cost is the wrong one.
    corrected = magnitudes.corrected()
    chosen = [
        item for index, item in enumerate(listed)
        if (every or is_kept(item[1], index)) and f"{item[1]['provider']}/{item[1]['id']}" not in corrected
    ]
    found, refused = litellm_costs.cases(chosen, litellm_book.source())
    for line in refused:
        print(f"litellm cannot price {line}")
    (folder / "litellm-costs.jsonl").write_text(lines(found))
    exact = genai_costs.cases()
    (folder / "genai-prices-costs.jsonl").write_text(lines(exact))
    of = f"genai-prices {genai_book.version()}"
    (folder / "genai-prices-book.json").write_text(shipped.text(genai_book.models(None), of, day) + "\n")
    return len(found) + len(exact)
