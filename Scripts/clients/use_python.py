"""Uses Scrip through the client that openapi-python-client made of openapi.yaml.

    use_python.py URL SECRET
"""

import sys

from scrip_client.api.accounts import put_account
from scrip_client.api.balances import get_balance
from scrip_client.api.charges import charge, check, rate
from scrip_client.api.entries import list_entries
from scrip_client.api.grants import grant
from scrip_client.api.holds import capture_hold, list_holds, place_hold, release_hold
from scrip_client.api.usage import get_usage, record_usage
from scrip_client.client import AuthenticatedClient
from scrip_client.models import (
    AccountRequest, CaptureRequest, ChargeRequest, ChargeRequestUsageType0, CloudEvent, CloudEventData,
    EntryKind, GrantRequest, GrantRequestSource, HoldRequest, HoldStatus, InsufficientCredits, Problem, ProblemCode,
    RateRequest, RawUsageType0, UsageEvent, UsageEvents, UsageResultStatus)

client = AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2])
ACCOUNT = "python"
ANSWER = {
    "id": "msg_python", "type": "message", "model": "claude-sonnet-4-5",
    "usage": {"input_tokens": 1200, "cache_read_input_tokens": 8000, "output_tokens": 300},
}


def expect(found, wanted, what):
    if found != wanted:
        sys.exit(f"{what}: {found!r} instead of {wanted!r}")
    print(f"  {what}: {found}")


def response():
    return RawUsageType0.from_dict(ANSWER)


put_account.sync(ACCOUNT, client=client, body=AccountRequest(name="Python", plan="pro"))
outcome = grant.sync(ACCOUNT, client=client, body=GrantRequest(amount="50.5", source=GrantRequestSource.PURCHASED))
expect(outcome.balance.available, "150.5", "granted; available")

outcome = check.sync(ACCOUNT, client=client, body=ChargeRequest(action="ai_chat_message"))
expect((outcome.allowed, outcome.required), (True, "1"), "checked; allowed and required")
outcome = charge.sync(ACCOUNT, client=client, body=ChargeRequest(action="ai_chat_message"), idempotency_key="python-1")
expect((outcome.entry.kind, outcome.entry.amount), (EntryKind.CHARGE, "-1"), "charged")
again = charge.sync(ACCOUNT, client=client, body=ChargeRequest(action="ai_chat_message"), idempotency_key="python-1")
expect(again.entry.id, outcome.entry.id, "charged again with the same key")
usage = ChargeRequestUsageType0.from_dict({"input_tokens": 3000, "output_tokens": 1000})
expect(charge.sync(ACCOUNT, client=client, body=ChargeRequest(action="summarize", usage=usage)).entry.amount, "-2",
       "charged by counts")
# 1.2 × (1,200 × $3 + 8,000 × $0.30 + 300 × $15) / 1,000,000, at a cent a credit.
by_response = ChargeRequest(action="ask_model", raw_usage=response())
expect(charge.sync(ACCOUNT, client=client, body=by_response).entry.amount, "-1.26", "charged by a response")
rating = rate.sync(client=client, body=RateRequest(action="ask_model", raw_usage=[ANSWER]))
expect((rating.amount, rating.cost_usd), ("1.26", "0.0105"), "rated a list of one response")

refusal = charge.sync(ACCOUNT, client=client, body=ChargeRequest(amount="1000", credit_type="credits"))
expect((type(refusal), refusal.available), (InsufficientCredits, "146.24"), "refused")
refusal = charge.sync(ACCOUNT, client=client, body=ChargeRequest(action="no_such_action"))
expect((type(refusal), refusal.code), (Problem, ProblemCode.UNKNOWN_ACTION), "refused")

hold = place_hold.sync(ACCOUNT, client=client, body=HoldRequest(amount="5", credit_type="credits")).hold
expect((hold.status, hold.amount), (HoldStatus.OPEN, "5"), "held")
expect([one.id for one in list_holds.sync(ACCOUNT, client=client).data], [hold.id], "listed holds")
outcome = capture_hold.sync(ACCOUNT, hold.id, client=client,
                            body=CaptureRequest(action="ask_model", raw_usage=response()))
expect((outcome.hold.status, outcome.hold.captured), (HoldStatus.CAPTURED, "1.26"), "captured by a response")
hold = place_hold.sync(ACCOUNT, client=client, body=HoldRequest(action="ai_chat_message")).hold
outcome = capture_hold.sync(ACCOUNT, hold.id, client=client)
expect((outcome.hold.captured, outcome.entry.amount), ("1", "-1"), "captured the whole hold")
hold = place_hold.sync(ACCOUNT, client=client, body=HoldRequest(action="ai_chat_message")).hold
outcome = capture_hold.sync(ACCOUNT, hold.id, client=client, body=CaptureRequest(amount="0.5"))
expect(outcome.hold.captured, "0.5", "captured an amount")
hold = place_hold.sync(ACCOUNT, client=client, body=HoldRequest(action="ai_chat_message")).hold
outcome = capture_hold.sync(ACCOUNT, hold.id, client=client, body=CaptureRequest())
expect(outcome.hold.captured, "1", "captured the whole hold with an empty request")
hold = place_hold.sync(ACCOUNT, client=client, body=HoldRequest(action="ai_chat_message")).hold
expect(release_hold.sync(ACCOUNT, hold.id, client=client).hold.status, HoldStatus.RELEASED, "released")

events = UsageEvents(events=[
    UsageEvent(id="python-event", account=ACCOUNT, action="ai_chat_message"),
    UsageEvent(account=ACCOUNT, action="ask_model", raw_usage=response()),
    UsageEvent(id="python-stray", account="nobody", action="ai_chat_message")])
results = record_usage.sync(client=client, body=events).results
expect([result.status for result in results],
       [UsageResultStatus.CHARGED, UsageResultStatus.CHARGED, UsageResultStatus.FAILED], "recorded usage")
event = CloudEvent(
    specversion="1.0", id="1", source="/python", type_="ai_chat_message", subject=ACCOUNT, data=CloudEventData())
expect(record_usage.sync(client=client, body=event).results[0].status, UsageResultStatus.CHARGED, "recorded a CloudEvent")

lines = list_entries.sync(ACCOUNT, client=client, limit=3).data
expect([line.kind for line in lines], [EntryKind.CHARGE] * 3, "listed entries")
report = get_usage.sync(ACCOUNT, client=client)
charged = {}
for row in report.data:
    charged[row.action] = row.charged
expect(charged.get("ask_model"), "3.78", "summed the usage")
expect(get_balance.sync(ACCOUNT, client=client).balances[0].available, "139.22", "available")
