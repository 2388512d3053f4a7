"""Carries out purchases against a real server with a stand-in of Stripe's API and Stripe's own Python library."""

import itertools
import json
import os
import sys
import time

import stripe

sys.path.insert(0, os.path.dirname(__file__))
from stand_in import StandIn  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import started_server  # noqa: E402

CATALOG = """
credit_types: [{id: credits, name: Credits}]
default_plan: free
plans:
  - {id: free, name: Free}
  - {id: pro, name: Pro, allowances: [{credit_type: credits, amount: "50", every: month}],
     price: {minor_units: 2000, currency: usd}, provider_price: price_pro}
  - {id: team, name: Team, allowances: [{credit_type: credits, amount: "200", every: month}],
     price: {minor_units: 9000, currency: usd}, provider_price: price_team}
actions: [{id: chat, credit_type: credits, rate: {fixed: "1"}}]
packs:
  - {id: hundred, credit_type: credits, credits: "100", price: {minor_units: 1000, currency: usd},
     provider_price: price_hundred}
  - {id: plain, credit_type: credits, credits: "10", price: {minor_units: 150, currency: eur}}
"""
SECRETS = ["whsec_new_secret", "whsec_old_secret"]


def signed(payload, secret=SECRETS[0], at=None):
    return stripe.WebhookSignature.generate_signature_header(payload, secret, timestamp=at or int(time.time()))


class Check:
    def __init__(self, scrip, folder):
        self.stand_in = StandIn()
        self.server = started_server.Server(
            scrip, folder, CATALOG, "--log-level", "debug", SCRIP_STRIPE_SECRET_KEY="sk_test_stand_in",
            SCRIP_STRIPE_WEBHOOK_SECRETS=", ".join(SECRETS), SCRIP_STRIPE_ADDRESS=self.stand_in.address)
        self.count = 0

    def deliver(self, kind, thing, expect=200, result=None, identifier=None, secret=SECRETS[0]):
        event = self.event(kind, thing, identifier)
        payload = json.dumps(event, indent=2)
        header = signed(payload, secret)
        # Stripe's own library accepts what we sign our test with.
        parsed = stripe.Webhook.construct_event(payload, header, secret)
        assert parsed.id == event["id"]
        status, answer = self.server.call(
            "POST", "/v1/webhooks/stripe", payload.encode(), {"Stripe-Signature": header, "Authorization": ""})
        assert status == expect, (kind, status, answer)
        if result:
            assert answer["result"] == result, (kind, answer)
        return event["id"]

    def event(self, kind, thing, identifier=None):
        fields = {"type": kind, "data": {"object": dict(thing)}, "api_version": "2025-03-31.basil"}
        if identifier and identifier in self.stand_in.objects:
            return self.stand_in.objects[identifier]
        return self.stand_in.put("event", id=identifier, **fields)

    def buy(self, account, pack="hundred", **body):
        self.server.call("PUT", f"/v1/accounts/{account}", {})
        status, purchase = self.server.call("POST", f"/v1/accounts/{account}/purchases", {"pack": pack, **body})
        assert status == 201, purchase
        assert purchase["status"] == "pending", purchase
        session = self.stand_in.objects[purchase["checkout_url"].rsplit("/", 1)[1]]
        return purchase, session

    def pay(self, session, method="pm_card"):
        metadata = {k[len("payment_intent_data[metadata]["):-1]: v for k, v in session["form"].items()
                    if k.startswith("payment_intent_data[metadata]")}
        intent = self.stand_in.put(
            "payment_intent", status="succeeded", amount=1000, amount_received=1000, currency="usd",
            metadata=metadata, customer="cus_" + session["client_reference_id"], payment_method=method,
            setup_future_usage=session["form"].get("payment_intent_data[setup_future_usage]"))
        session.update(
            status="complete", payment_status="paid", payment_intent=intent["id"], customer=intent["customer"])
        return intent

    def show(self, purchase):
        status, shown = self.server.call("GET", f"/v1/accounts/{purchase['account']}/purchases/{purchase['id']}")
        assert status == 200, shown
        return shown

    def checkout_request(self):
        purchase, session = self.buy("ada", save_payment_method=True)
        call = [c for c in self.stand_in.calls if c["path"] == "/v1/checkout/sessions"][-1]
        headers, form = call["headers"], call["form"]
        assert headers["Stripe-Version"] == "2025-03-31.basil"
        assert headers["Idempotency-Key"] == f"scrip-{purchase['id']}-checkout"
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert form["mode"] == "payment" and form["client_reference_id"] == "ada"
        assert form["line_items[0][price]"] == "price_hundred" and form["line_items[0][quantity]"] == "1"
        for prefix in ("metadata", "payment_intent_data[metadata]"):
            assert form[f"{prefix}[purchase_id]"] == purchase["id"] and form[f"{prefix}[account_id]"] == "ada"
        assert form["payment_intent_data[setup_future_usage]"] == "off_session"
        # Stripe's own library reads the same session from the stand-in.
        client = stripe.StripeClient("sk_test_stand_in", base_addresses={"api": self.stand_in.address})
        read = client.v1.checkout.sessions.retrieve(session["id"])
        assert read.metadata["purchase_id"] == purchase["id"]
        again = self.server.call(
            "POST", "/v1/accounts/ada/purchases", {"pack": "hundred"}, {"Idempotency-Key": "order-1"})[1]
        assert self.server.call(
            "POST", "/v1/accounts/ada/purchases", {"pack": "hundred"}, {"Idempotency-Key": "order-1"})[1] == again
        plain, session = self.buy("ada", "plain")
        assert session["form"]["line_items[0][price_data][currency]"] == "eur"
        assert session["form"]["line_items[0][price_data][unit_amount]"] == "150"
        return purchase

    def signatures(self):
        purchase, session = self.buy("signed")
        self.pay(session)
        payload = json.dumps(self.event("checkout.session.completed", session))
        now = int(time.time())
        table = {
            "": "bad_signature", signed(payload, "whsec_wrong"): "bad_signature",
            signed(payload, at=now - 400): "bad_signature", signed(payload, at=now + 400): "bad_signature",
            signed(payload + " "): "bad_signature", "t=1": "bad_signature", "v1=00": "bad_signature",
        }
        for header, code in table.items():
            status, answer = self.server.call(
                "POST", "/v1/webhooks/stripe", payload.encode(), {"Stripe-Signature": header})
            assert (status, answer["code"]) == (400, code), (header, answer)
            if "t=" in header and "v1=" in header and str(now + 400) not in header:
                try:
                    stripe.Webhook.construct_event(payload, header, SECRETS[0])
                    raise AssertionError(f"Stripe's library accepts {header}")
                except stripe.SignatureVerificationError:
                    pass
        body = "[]"
        status, answer = self.server.call(
            "POST", "/v1/webhooks/stripe", body.encode(), {"Stripe-Signature": signed(body)})
        assert (status, answer["code"]) == (400, "payment_message_malformed"), answer
        assert self.server.available("signed") == "0"
        self.deliver("checkout.session.completed", session, secret=SECRETS[1], result="handled")
        assert self.server.available("signed") == "100"

    def orders(self):
        """Every order of five messages, each of which finds the payment at least as far as it says."""
        kinds = ["checkout.session.completed", "payment_intent.succeeded", "refund.created", "charge.dispute.created",
                 "charge.dispute.closed"]
        endings = set()
        for number, order in enumerate(itertools.permutations(range(len(kinds)))):
            self.order(f"order-{number}", kinds, order, "won" if number % 2 else "lost", number % 3 == 0, 0, endings)
        assert endings == {
            ("won", "partially_refunded", "25", "75"), ("lost", "dispute_lost", "75", "25")}, endings
        endings = set()
        for number, order in enumerate(itertools.permutations(range(1, len(kinds)))):
            end = "won" if number % 2 else "lost"
            self.order(f"used-{number}", kinds, (0, *order), end, number % 3 == 0, 60, endings)
        assert endings == {
            ("won", "partially_refunded", "25", "15"), ("lost", "dispute_lost", "40", "0")}, endings

    def order(self, account, kinds, order, end, repeats, used, endings):
        purchase, session = self.buy(account)
        intent = self.pay(session)
        things, furthest, delivered = [session, intent], 0, []
        for place in order:
            furthest = max(furthest, place)
            if furthest >= 2 and len(things) < 3:
                things.append(self.stand_in.put(
                    "refund", payment_intent=intent["id"], amount=250, currency="usd", status="succeeded"))
            if furthest >= 3 and len(things) < 4:
                dispute = self.stand_in.put(
                    "dispute", payment_intent=intent["id"], amount=500, currency="usd", status="needs_response")
                things += [dispute, dispute]
            if furthest >= 4:
                things[4]["status"] = end
            delivered.append((kinds[place], things[place], self.deliver(kinds[place], things[place], result="handled")))
            if repeats:
                kind, thing, identifier = delivered[len(delivered) // 2]
                self.deliver(kind, thing, result="repeated", identifier=identifier)
            if used and place == 0:
                self.server.call(
                    "POST", f"/v1/accounts/{account}/adjustments",
                    {"credit_type": "credits", "amount": f"-{used}", "reason": "used"})
        shown = self.show(purchase)
        endings.add((end, shown["status"], shown["taken_back"], self.server.available(account)))
        grants = self.server.call("GET", f"/v1/accounts/{account}/entries?kind=grant")[1]["data"]
        firsts = [g for g in grants if g.get("idempotency_key") == f"purchase:{purchase['id']}"]
        assert len(firsts) == 1, grants

    def subscription_orders(self):
        """Every order of a subscription's messages, each of which finds it at least as far as it says."""
        kinds = ["checkout.session.completed", "customer.subscription.created", "invoice.paid",
                 "customer.subscription.updated", "invoice.payment_failed"]
        now = int(time.time())
        endings = {}
        for number, order in enumerate(itertools.permutations(range(len(kinds)))):
            account = f"plan-{number}"
            self.server.call("PUT", f"/v1/accounts/{account}", {})
            def item(price):
                return {"data": [{"price": {"id": price}, "current_period_start": now - 60,
                                  "current_period_end": now + 30 * 86400}]}
            subscription = self.stand_in.put(
                "subscription", status="incomplete", customer=f"cus_{account}", metadata={"account_id": account},
                items=item("price_pro"), cancel_at=None, cancel_at_period_end=False, latest_invoice=None)
            session = self.stand_in.put(
                "checkout.session", mode="subscription", subscription=subscription["id"], payment_status="paid",
                client_reference_id=account, metadata={"account_id": account})
            invoice = {"id": f"in_{number}", "object": "invoice",
                       "parent": {"subscription_details": {"subscription": subscription["id"]}}}
            end = ["late", "ending", "over"][number % 3]
            furthest = 0
            for place in order:
                furthest = max(furthest, place)
                if furthest >= 1:
                    subscription["status"] = "active"
                if furthest >= 3:
                    subscription["items"] = item("price_team")
                if furthest >= 4 and end == "late":
                    subscription.update(
                        status="past_due", latest_invoice={"id": "in_2", "status": "open", "created": now - 30})
                if furthest >= 4 and end == "ending":
                    subscription["cancel_at_period_end"] = True
                if furthest >= 4 and end == "over":
                    subscription["status"] = "canceled"
                thing = {0: session, 2: invoice, 4: invoice}.get(place, subscription)
                identifier = self.deliver(kinds[place], thing, result="handled")
                if number % 2:
                    self.deliver(kinds[place], thing, result="repeated", identifier=identifier)
            status = self.server.call("GET", f"/v1/accounts/{account}/subscription")[1]
            ends_at = status["ends_at"] and status["ends_at"][:10]
            seen = (status["plan"], "over" if end == "over" else status["state"], ends_at, self.server.available(account))
            endings.setdefault(end, set()).add(seen)
        def day(seconds):
            return time.strftime("%Y-%m-%d", time.gmtime(seconds))
        assert endings == {
            "late": {("team", "grace", day(now - 30), "200")},
            "ending": {("team", "canceled_at_period_end", day(now + 30 * 86400), "200")},
            "over": {("free", "over", None, "0")}}, endings

    def strangers(self):
        intent = self.stand_in.put("payment_intent", status="succeeded", amount=5, currency="usd", metadata={})
        self.deliver("payment_intent.succeeded", intent, result="unrelated")
        self.deliver("customer.created", {"id": "cus_9", "object": "customer"}, result="unrelated")
        forged = self.stand_in.put(
            "payment_intent", status="succeeded", amount=5, amount_received=5, currency="usd",
            metadata={"purchase_id": "pu_000000000000000000000000", "account_id": "ada"})
        self.deliver("payment_intent.succeeded", forged, result="unrelated")

    def trouble(self):
        purchase, session = self.buy("trouble")
        self.pay(session)
        self.stand_in.failures = [(500, "down")] * 4
        identifier = self.deliver("checkout.session.completed", session, expect=503)
        assert self.server.available("trouble") == "0"
        self.stand_in.failures = [(429, "slow down"), (409, "locked"), (503, "down")]
        self.deliver("checkout.session.completed", session, result="handled", identifier=identifier)
        assert self.server.available("trouble") == "100"
        retried = [c for c in self.stand_in.calls if session["id"] in c["path"]]
        assert len(retried) >= 8

    def refunds(self):
        purchase, session = self.buy("refund")
        self.pay(session)
        self.deliver("checkout.session.completed", session)
        path = f"/v1/accounts/refund/purchases/{purchase['id']}/refund"
        for _ in range(2):
            status, shown = self.server.call("POST", path, {"minor_units": 300}, {"Idempotency-Key": "r1"})
            assert (status, shown["status"], shown["taken_back"]) == (200, "partially_refunded", "30"), shown
        made = [o for o in self.stand_in.objects.values() if o["object"] == "refund" and o["amount"] == 300]
        assert len(made) == 1
        assert self.server.call("POST", path, {"minor_units": 701})[1]["code"] == "refund_exceeds_payment"
        self.server.cli("purchases", "refund", purchase["id"])
        assert self.show(purchase)["status"] == "refunded"
        assert self.server.available("refund") == "0"
        for _ in range(2):
            assert self.server.call("POST", path, {}, {"Idempotency-Key": "r1"})[0] == 200
        made[0]["status"] = "failed"
        self.deliver("refund.failed", made[0])
        assert self.server.available("refund") == "30"

    def reconciliation(self):
        purchase, session = self.buy("missed")
        self.pay(session)
        self.event("checkout.session.completed", session)
        status, report = self.server.call("POST", "/v1/purchases/reconcile", {"days": 3})
        assert status == 200 and report["missed_events"] >= 1, report
        assert self.server.available("missed") == "100"
        report = json.loads(self.server.cli("purchases", "reconcile", "--days", "3", "--json"))
        assert report["missed_events"] == 0 and report["changed_purchases"] == 0 and not report["problems"], report

    def invoices(self):
        self.server.cli("account", "create", "invoice")
        made = json.loads(self.server.cli(
            "purchases", "create", "invoice", "--pack", "hundred", "--provider", "manual", "--json"))
        assert made["status"] == "pending" and made["checkout_url"] is None
        for _ in range(2):
            paid = json.loads(self.server.cli("purchases", "mark-paid", made["id"], "--reference", "t7", "--json"))
            assert paid["status"] == "paid"
        assert self.server.available("invoice") == "100"
        listed = json.loads(self.server.cli("purchases", "list", "--account", "invoice", "--json"))
        assert [p["id"] for p in listed["data"]] == [made["id"]]

    def top_ups(self):
        for account, method in (("top", "pm_card"), ("poor", "pm_declined")):
            purchase, session = self.buy(account, save_payment_method=True)
            self.pay(session, method)
            self.deliver("checkout.session.completed", session)
            status, setting = self.server.call(
                "PUT", f"/v1/accounts/{account}/top-up",
                {"pack": "hundred", "threshold": "50", "monthly_cap_minor_units": 1500})
            assert status == 200 and setting["has_payment_method"], setting
            assert self.server.call(
                "POST", f"/v1/accounts/{account}/adjustments",
                {"credit_type": "credits", "amount": "-60", "reason": "used"})[0] in (200, 201)
        def wait(account, done):
            while True:
                shown = self.server.call("GET", f"/v1/accounts/{account}/top-up")[1]
                if done(shown):
                    return shown
                time.sleep(0.1)
        wait("top", lambda s: s["last_purchase"] and self.server.available("top") == "140")
        wait("poor", lambda s: s["problem"] == "payment_declined")
        assert self.server.available("poor") == "40"
        charged = [o for o in self.stand_in.objects.values()
                   if o["object"] == "payment_intent" and o.get("customer") == "cus_top"]
        assert len(charged) == 2
        call = [c for c in self.stand_in.calls if c["path"] == "/v1/payment_intents" and c["method"] == "POST"][0]
        assert call["form"]["off_session"] == "true" and call["form"]["confirm"] == "true"
        self.server.call(
            "POST", "/v1/accounts/top/adjustments", {"credit_type": "credits", "amount": "-130", "reason": "used"})
        wait("top", lambda s: s["problem"] == "monthly_cap_reached")
        assert self.server.available("top") == "10"

    def subscriptions(self):
        self.server.call("PUT", "/v1/accounts/sub", {})
        status, answer = self.server.call("POST", "/v1/accounts/sub/subscription/checkout", {"plan": "pro"})
        assert status == 201, answer
        form = [c for c in self.stand_in.calls if c["path"] == "/v1/checkout/sessions"][-1]["form"]
        assert form["mode"] == "subscription" and form["subscription_data[metadata][account_id]"] == "sub"
        now = int(time.time())
        item = {"price": {"id": "price_pro"}, "current_period_start": now, "current_period_end": now + 30 * 86400}
        subscription = self.stand_in.put(
            "subscription", status="active", customer="cus_sub", metadata={"account_id": "sub"},
            items={"data": [item]}, cancel_at=None, cancel_at_period_end=False)
        invoice = {"id": "in_1", "object": "invoice",
                   "parent": {"subscription_details": {"subscription": subscription["id"]}}}
        def plan():
            return self.server.call("GET", "/v1/accounts/sub")[1]["subscription"]
        # The invoice comes before the subscription's own message, and an older message after it.
        stale = dict(subscription, status="incomplete")
        self.deliver("invoice.paid", invoice, result="handled")
        assert plan()["plan"] == "pro", plan()
        self.deliver("customer.subscription.created", stale, result="handled")
        assert plan()["plan"] == "pro" and self.server.available("sub") == "50"
        before = self.server.call("GET", "/v1/accounts/sub/entries")[1]
        self.deliver("customer.subscription.updated", subscription, result="handled")
        assert self.server.call("GET", "/v1/accounts/sub/entries")[1] == before
        subscription["status"] = "past_due"
        self.deliver("customer.subscription.updated", subscription, result="handled")
        assert plan()["plan"] == "pro" and plan()["ends_at"] is not None
        subscription["status"] = "active"
        subscription["cancel_at_period_end"] = True
        self.deliver("customer.subscription.updated", subscription, result="handled")
        assert plan()["ends_at"] is not None
        other = self.stand_in.put(
            "subscription", status="canceled", customer="cus_sub", metadata={"account_id": "sub"},
            items={"data": [item]}, cancel_at=None, cancel_at_period_end=False)
        self.deliver("customer.subscription.deleted", other, result="handled")
        assert plan()["plan"] == "pro"
        subscription["status"] = "canceled"
        self.deliver("customer.subscription.deleted", subscription, result="handled")
        assert plan()["plan"] == "free", plan()
        assert self.server.call("POST", "/v1/accounts/sub/portal", {})[1]["url"].startswith("https://billing.")

    def secrets(self):
        log = self.server.end()
        for secret in ["sk_test_stand_in", *SECRETS, self.server.key]:
            assert secret not in log, "a secret is in the log"
        self.server.cli("verify")


def main():
    check = Check(sys.argv[1], sys.argv[2])
    try:
        for step in (
            check.checkout_request, check.signatures, check.orders, check.strangers, check.trouble, check.refunds,
            check.reconciliation, check.invoices, check.top_ups, check.subscriptions, check.subscription_orders, check.secrets,
        ):
            step()
            print(f"{step.__name__}: ok", flush=True)
    finally:
        check.server.process.kill()


main()
