"""Carries out purchases against a real server with a stand-in of Polar's API.

Polar's own Python library is held against the messages' signatures, and the library of Standard Webhooks makes them.
"""

import datetime
import json
import os
import sys
import uuid

import polar.v2026_10.webhooks as polar_webhooks
import standardwebhooks

sys.path.insert(0, os.path.dirname(__file__))
from polar_stand_in import TOKEN, PolarStandIn, now  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import started_server  # noqa: E402

CATALOG = """
credit_types: [{id: credits, name: Credits}]
default_plan: free
plans:
  - {id: free, name: Free}
  - {id: pro, name: Pro, allowances: [{credit_type: credits, amount: "50", every: month}],
     price: {minor_units: 2000, currency: usd}, provider_price: prod_pro}
actions: [{id: chat, credit_type: credits, rate: {fixed: "1"}}]
packs:
  - {id: hundred, credit_type: credits, credits: "100", price: {minor_units: 1000, currency: usd},
     provider_price: prod_hundred}
  - {id: bare, credit_type: credits, credits: "10", price: {minor_units: 150, currency: usd}}
"""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Check:
    def __init__(self, scrip, folder):
        self.stand_in = PolarStandIn()
        self.server = started_server.Server(
            scrip, folder, CATALOG, "--log-level", "debug", SCRIP_POLAR_ACCESS_TOKEN=TOKEN,
            SCRIP_POLAR_WEBHOOK_SECRETS=SECRET, SCRIP_POLAR_ADDRESS=self.stand_in.address)
        self.call, self.available = self.server.call, self.server.available

    def deliver(self, kind, thing, expect=200, result=None, identifier=None, secret=SECRET):
        identifier = identifier or str(uuid.uuid4())
        payload = json.dumps({"type": kind, "timestamp": now(), "api_version": "2026-10", "data": thing})
        moment = datetime.datetime.now(datetime.timezone.utc)
        headers = {
            "webhook-id": identifier, "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": standardwebhooks.Webhook(secret).sign(identifier, moment, payload)}
        # Polar's own library takes the signature; that it knows no whole object in ours is another matter.
        try:
            polar_webhooks.validate_event(payload, headers, SECRET)
        except polar_webhooks.PolarWebhookVerificationError:
            assert secret != SECRET
        except polar_webhooks.PolarWebhookError:
            assert secret == SECRET
        status, answer = self.call(
            "POST", "/v1/webhooks/polar", payload.encode(), {**headers, "Authorization": ""})
        assert status == expect, (kind, status, answer)
        assert result is None or answer["result"] == result, (kind, answer)
        return identifier

    def buy(self, account):
        self.call("PUT", f"/v1/accounts/{account}", {})
        status, purchase = self.call("POST", f"/v1/accounts/{account}/purchases", {"pack": "hundred"})
        assert status == 201 and purchase["provider"] == "polar" and purchase["status"] == "pending", purchase
        return purchase, self.stand_in.objects["checkouts"][purchase["checkout_url"].rsplit("/", 1)[1]]

    def show(self, purchase):
        return self.call("GET", f"/v1/accounts/{purchase['account']}/purchases/{purchase['id']}")[1]

    def a_purchase_is_paid_once(self):
        purchase, checkout = self.buy("ada")
        asked = [c for c in self.stand_in.calls if c["method"] == "POST"][-1]
        assert asked["body"]["metadata"] == {"scrip_purchase": purchase["id"], "scrip_account": "ada"}
        order = self.stand_in.pay(checkout)
        first = self.deliver("order.paid", order, result="handled")
        self.deliver("order.paid", order, result="repeated", identifier=first)
        for kind, thing in [("order.created", order), ("checkout.updated", checkout)]:
            self.deliver(kind, thing, result="handled")
        assert self.available("ada") == "100" and self.show(purchase)["status"] == "paid"
        status, refunded = self.call(
            "POST", f"/v1/accounts/ada/purchases/{purchase['id']}/refund", {"minor_units": 500})
        assert status == 200 and refunded["status"] == "partially_refunded", refunded
        assert self.available("ada") == "50"
        refund = next(iter(self.stand_in.objects["refunds"].values()))
        self.deliver("refund.updated", refund, result="handled")
        assert self.available("ada") == "50"

    def forged_and_foreign_messages_change_nothing(self):
        purchase, checkout = self.buy("eve")
        order = self.stand_in.order(1000, "cus_eve", checkout_id=checkout["id"], metadata=checkout["metadata"])
        self.deliver("order.paid", order, expect=400, secret="whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        status, answer = self.call("POST", "/v1/webhooks/polar", b"{}", {"Authorization": ""})
        assert status == 400 and answer["code"] == "bad_signature", answer
        for name in ("stripe", "manual", "nobody", "polar%2F"):
            status, answer = self.call("POST", f"/v1/webhooks/{name}", b"{}", {"Authorization": ""})
            assert status == 422 and answer["code"] == "payment_provider_unknown", (status, answer)
        # What the message says of the payment proves nothing: Polar itself is asked.
        del self.stand_in.objects["orders"][order["id"]]
        self.deliver("order.paid", order)
        assert self.available("eve") == "0" and self.show(purchase)["status"] == "pending"
        cheap = self.stand_in.pay(checkout, amount=1)
        self.deliver("order.paid", cheap, result="handled")
        shown = self.show(purchase)
        assert self.available("eve") == "0" and shown["problem"] == "payment_amount_differs", shown

    def what_is_lost_on_the_way_is_made_once(self):
        self.call("PUT", "/v1/accounts/lou", {})
        self.stand_in.lost_answers = 1
        key = {"Idempotency-Key": "order-1"}
        status, _ = self.call("POST", "/v1/accounts/lou/purchases", {"pack": "hundred"}, key)
        assert status in (502, 503), status
        status, purchase = self.call("POST", "/v1/accounts/lou/purchases", {"pack": "hundred"}, key)
        assert status == 201, purchase
        mine = [c for c in self.stand_in.objects["checkouts"].values() if c["external_customer_id"] == "lou"]
        assert len(mine) == 1, mine
        self.deliver("order.paid", self.stand_in.pay(mine[0]), result="handled")
        self.stand_in.lost_answers = 1
        path = f"/v1/accounts/lou/purchases/{purchase['id']}/refund"
        status, _ = self.call("POST", path, {"minor_units": 300}, {"Idempotency-Key": "back-1"})
        assert status in (502, 503), status
        status, _ = self.call("POST", path, {"minor_units": 300}, {"Idempotency-Key": "back-1"})
        assert status == 200, status
        assert sum(r["amount"] for r in self.stand_in.objects["refunds"].values() if r["order_id"] in
                   [o["id"] for o in self.stand_in.objects["orders"].values() if o["customer_id"] == "cus_lou"]) == 300
        assert self.available("lou") == "70"

    def a_subscription_gives_its_plan(self):
        self.call("PUT", "/v1/accounts/sue", {})
        status, answer = self.call("POST", "/v1/accounts/sue/subscription/checkout", {"plan": "pro"})
        assert status == 201 and answer["checkout_url"].startswith("https://polar.sh/"), answer
        subscription = self.stand_in.put(
            "subscriptions", status="active", product_id="prod_pro", customer_id="cus_sue",
            customer={"id": "cus_sue", "external_id": "sue"}, current_period_start=now(), current_period_end=now(30),
            cancel_at_period_end=False, ends_at=None, metadata={"scrip_account": "sue"})
        self.deliver("subscription.active", subscription, result="handled")
        assert self.call("GET", "/v1/accounts/sue/subscription")[1]["plan"] == "pro"
        assert self.available("sue") == "50"
        status, portal = self.call("POST", "/v1/accounts/sue/portal", {})
        assert status == 201 and portal["url"] == "https://polar.sh/portal/cus_sue", portal
        subscription.update(status="canceled", ends_at=now())
        self.deliver("subscription.revoked", subscription, result="handled")
        assert self.call("GET", "/v1/accounts/sue/subscription")[1]["plan"] == "free"

    def a_message_that_did_not_arrive_is_found(self):
        purchase, checkout = self.buy("tim")
        order = self.stand_in.pay(checkout)
        payload = json.dumps({"type": "order.paid", "timestamp": now(), "data": order})
        self.stand_in.deliveries.append(
            {"id": str(uuid.uuid4()), "succeeded": False, "webhook_event": {"id": str(uuid.uuid4()), "payload": payload}})
        status, report = self.call("POST", "/v1/purchases/reconcile", {"days": 2})
        assert status == 200 and report["missed_events"] == 1, report
        assert self.available("tim") == "100" and self.show(purchase)["status"] == "paid"

    def a_pack_without_a_product_is_refused(self):
        self.call("PUT", "/v1/accounts/ben", {})
        status, answer = self.call("POST", "/v1/accounts/ben/purchases", {"pack": "bare"})
        assert answer["code"] == "payment_unsupported" and "provider_price" in answer["detail"], (status, answer)

    def run(self):
        steps = [
            self.a_purchase_is_paid_once, self.forged_and_foreign_messages_change_nothing,
            self.what_is_lost_on_the_way_is_made_once, self.a_subscription_gives_its_plan,
            self.a_message_that_did_not_arrive_is_found, self.a_pack_without_a_product_is_refused]
        for step in steps:
            step()
        text = self.server.end()
        assert TOKEN not in text and SECRET not in text
        assert "all agree" in self.server.cli("verify")
        print(f"Polar: {len(steps)} stories, {len(self.stand_in.calls)} calls: all as expected.")


check = Check(*sys.argv[1:])
try:
    check.run()
finally:
    check.server.process.kill()
