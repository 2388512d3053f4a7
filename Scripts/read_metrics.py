"""Charges, refuses and repeats at a running server, then reads its metrics with prometheus_client's parsers.

    read_metrics.py URL SECRET
"""

import json
import sys
import urllib.error
import urllib.request

from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics_parser

url, secret = sys.argv[1:]


def call(method, path, body=None, **headers):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json", **headers}
    request = urllib.request.Request(url + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def metrics(accept):
    request = urllib.request.Request(url + "/metrics", headers={"Accept": accept})
    with urllib.request.urlopen(request) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


charge = {"action": "ai_chat_message"}
assert call("PUT", "/v1/accounts/u", {}) in (200, 201)
for _ in range(2):
    assert call("POST", "/v1/accounts/u/charges", charge, **{"Idempotency-Key": "once"}) == 201
assert call("POST", "/v1/accounts/nobody/charges", charge) == 404
assert call("POST", "/v1/usage", [{"id": "e", "account": "u", **charge}, {"id": "f"}]) == 200

for accept, read in (
    ("text/plain", parser.text_string_to_metric_families),
    ("application/openmetrics-text", openmetrics_parser.text_string_to_metric_families),
):
    kind, text = metrics(accept)
    assert kind.startswith(accept), kind
    families = {family.name: family for family in read(text)}
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families.values() for sample in family.samples
    }
    for expected, value in (
        (("scrip_commands_total", ("intent", "charge"), ("outcome", "ok")), 1),
        (("scrip_commands_total", ("intent", "charge"), ("outcome", "replayed")), 1),
        (("scrip_commands_total", ("intent", "charge"), ("outcome", "account_not_found")), 1),
        (("scrip_usage_events_total", ("status", "charged")), 1),
        (("scrip_usage_events_total", ("status", "failed")), 1),
        (("scrip_tracking_failures_total", ("reason", "invalid_request")), 1),
        (("scrip_tracking_failures_open",), 1),
        (("scrip_batch_commands_sum",), 5),
        (("scrip_commit_duration_seconds_count",), 5),
        (("scrip_lane_waiting",), 0),
    ):
        assert samples.get(expected) == value, (accept, expected, samples.get(expected))
    for name in ("process_start_time_seconds", "process_resident_memory_bytes"):
        assert samples[(name,)] > 0, name
    for family in families.values():
        assert family.type in ("counter", "gauge", "histogram"), (family.name, family.type)
        assert family.documentation, family.name
        if family.type != "histogram":
            continue
        last = {}
        for sample in family.samples:
            if not sample.name.endswith("_bucket"):
                continue
            series = tuple(sorted((name, value) for name, value in sample.labels.items() if name != "le"))
            assert sample.value >= last.get(series, 0), sample
            last[series] = sample.value
            if sample.labels["le"] == "+Inf":
                assert samples[(f"{family.name}_count", *series)] == sample.value, sample
    print(f"{accept}: {len(families)} metrics, {len(samples)} samples, read by prometheus_client")
