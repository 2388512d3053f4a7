"""Holds Scrip against the libraries that write spans of AI calls: real ones, alone and in pairs, with a local upstream.

    check.py SCRIP FOLDER [SETUP…]

Each call that the upstream answered is to be charged once, exactly; no call that it refused is; and nothing is kept as
a tracking failure. What a library's spans do not say nobody can charge for; see UNTOLD.
"""

import collections
import json
import os
import subprocess
import sys
from fractions import Fraction

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import started_server  # noqa: E402

import cases  # noqa: E402
import usage_objects  # noqa: E402
from upstream import Upstream  # noqa: E402

CALLS = ("openllmetry", "openinference", "logfire", "anthropic")
SETUPS = [
    *CALLS, *(f"{first}-and-{second}" for place, first in enumerate(CALLS) for second in CALLS[place + 1:]),
    "litellm", "litellm-inside", "litellm-openinference", "litellm-and-litellm-openinference", "litellm-and-openllmetry",
    "litellm-and-openinference", "litellm-and-logfire", "litellm-openinference-and-openllmetry",
    "pydantic-ai", *(f"pydantic-ai-and-{other}" for other in CALLS),
]

# What the spans of a setup do not say, by case, and so nobody can charge for: "tier", "audio", "lifetime" (all writes count as
# those of five minutes), "beginning" (a token too many, see TraceCandidate), or "all". Beside another instrumenter that
# says it, it is charged.
OPENLLMETRY = {
    "chat-audio": ["audio"], "image": ["all"], "message-written-1h": ["lifetime"], "message-priority": ["tier"],
    "message-stream": ["beginning"], "message-stream-written-1h": ["lifetime", "beginning"],
    "message-stream-helper": ["beginning"],
}
LITELLM_OPENINFERENCE = {
    "chat-priority": ["tier"], "message-priority": ["tier"], "message-written-1h": ["lifetime"],
    "message-stream-written-1h": ["lifetime"],
}
NO_TIER_OF_OPENAI = {"chat-priority": ["tier"]}
UNTOLD = {
    "openllmetry": OPENLLMETRY,
    "openllmetry-and-anthropic": {"chat-audio": ["audio"], "image": ["all"]},
    "logfire": NO_TIER_OF_OPENAI,
    "openinference-and-logfire": NO_TIER_OF_OPENAI,
    "logfire-and-anthropic": NO_TIER_OF_OPENAI,
    # Its span says which model was asked, and nothing of the answer.
    "litellm-inside": {"embedding": ["all"]},
    "litellm-openinference": LITELLM_OPENINFERENCE,
    "litellm-openinference-and-openllmetry": LITELLM_OPENINFERENCE,
    "pydantic-ai": {"chat-priority": ["tier"], "message-priority": ["tier"]},
    "pydantic-ai-and-openllmetry": {"message-priority": ["tier"]},
    "pydantic-ai-and-logfire": NO_TIER_OF_OPENAI,
    "pydantic-ai-and-anthropic": NO_TIER_OF_OPENAI,
}


class Server(started_server.Server):
    def all(self, path):
        found, cursor = [], None
        while True:
            _, page = self.call("GET", path + (f"&cursor={cursor}" if cursor else ""))
            found += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found


def run(setup, account, server, upstream, **environment):
    server.cli("account", "create", account)
    done = subprocess.run(
        [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "calls.py"), setup, upstream.address],
        env=dict(
            os.environ, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"{server.address}/v1/traces",
            OTEL_EXPORTER_OTLP_TRACES_HEADERS=f"Authorization=Bearer {server.key}",
            OTEL_RESOURCE_ATTRIBUTES=f"scrip.account={account}", LITELLM_LOCAL_MODEL_COST_MAP="True",
            LOGFIRE_IGNORE_NO_CONFIG="1", PYTHONDONTWRITEBYTECODE="1", **environment),
        capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{setup}: the calls failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    if upstream.unknown:
        sys.exit(f"{setup}: the upstream does not know {upstream.unknown[0]}")


def expected(case, untold):
    """What a case costs as far as it is told; None when nothing of it is."""
    if "all" in untold:
        return None
    classes = collections.Counter(case.classes)
    moved = {"audio": (("audio_input", "input"), ("audio_output", "output")),
             "lifetime": (("cache_write_1h", "cache_write_5m"),)}
    for part in untold:
        for source, target in moved.get(part, ()):
            classes[target] += classes.pop(source)
    if "beginning" in untold:
        classes["output"] += 1
    tier = None if "tier" in untold else case.tier
    return cases.Case(case.name, case.model, case.usage, classes, tier).cost()


def faults(setup, account, server, upstream):
    """What is wrong with the charges of a setup, as sentences."""
    entries = [entry for entry in server.all(f"/v1/accounts/{account}/entries?limit=200") if entry["kind"] == "charge"]
    charged = collections.Counter(-Fraction(entry["amount"]) for entry in entries)
    answered = upstream.answered[setup]
    found = []
    for case in answered:
        cost = expected(case, UNTOLD.get(setup, {}).get(case.name, ()))
        if cost is None:
            continue
        if charged[cost] > 0:
            charged[cost] -= 1
        else:
            found.append(f"{case.name}: no charge of {float(cost)}")
    for amount, count in charged.items():
        for entry in [entry for entry in entries if -Fraction(entry["amount"]) == amount][:count]:
            found.append(f"a charge of {float(amount)} that no call explains: {entry['model']} {entry.get('usage')} {entry['metadata']}")
    for failure in server.all("/v1/tracking-failures?limit=100"):
        if failure.get("account") == account:
            found.append(f"a tracking failure, {failure['reason']}: {failure['detail']} {json.dumps(failure.get('event'))[:600]}")
    return found, len(answered)


def main():
    scrip, folder, *setups = sys.argv[1:]
    server = Server(scrip, folder, cases.catalog(), "--trace-action", "ask_model")
    upstream = Upstream()
    wrong = count = 0
    try:
        for setup in [setup for setup in setups or SETUPS if setup != usage_objects.SETUP]:
            run(setup, setup, server, upstream)
            found, calls = faults(setup, setup, server, upstream)
            count += calls
            print(f"{setup}: {calls} calls, {'each charged once, exactly' if not found else f'{len(found)} faults'}", flush=True)
            for fault in found:
                print(f"  {fault}", flush=True)
            wrong += len(found)
        if not setups or setups == ["objects"]:
            found, objects = usage_objects.faults(server, upstream, expected)
            print(f"{objects} usage objects, {'each priced exactly' if not found else f'{len(found)} faults'}", flush=True)
            for fault in found:
                print(f"  {fault}", flush=True)
            wrong += len(found)
    finally:
        server.process.terminate()
        server.process.wait()
    print(f"{count} calls, {wrong} faults")
    sys.exit(1 if wrong else 0)


main()
