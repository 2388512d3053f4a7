"""A stand-in for the part of Stripe's HTTP API that Scrip uses: it keeps objects, and every call that was made."""

import json
import os
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import stand_in_server  # noqa: E402


class StandIn:
    def __init__(self):
        self.objects = {}
        self.order = []
        self.calls = []
        self.answers = {}
        self.failures = []
        self.lock = threading.RLock()
        self.count = 0
        self.address = stand_in_server.serve(self.reply)

    def reply(self, method, target, body, headers):
        status, answer = self.answer(method, target, body.decode(), headers)
        return status, "application/json", json.dumps(answer).encode()

    def identifier(self, prefix):
        self.count += 1
        return f"{prefix}_{self.count}"

    def put(self, kind, **fields):
        prefix = {
            "checkout.session": "cs_test", "payment_intent": "pi", "refund": "re", "dispute": "dp", "event": "evt",
            "subscription": "sub", "customer": "cus", "billing_portal.session": "bps",
        }[kind]
        with self.lock:
            identifier = fields.pop("id", None) or self.identifier(prefix)
            made = {"id": identifier, "object": kind, "created": int(time.time()), "livemode": False, **fields}
            self.objects[identifier] = made
            self.order.append(identifier)
            return made

    def answer(self, method, target, body, headers):
        url = urllib.parse.urlsplit(target)
        pairs = urllib.parse.parse_qsl(body if method == "POST" else url.query, strict_parsing=False)
        form = dict(pairs)
        with self.lock:
            self.calls.append({"method": method, "path": url.path, "form": form, "headers": dict(headers.items())})
            if self.failures:
                status, message = self.failures.pop(0)
                return status, {"error": {"type": "api_error", "message": message}}
            if headers.get("Authorization") != "Bearer sk_test_stand_in":
                return 401, {"error": {"message": "Invalid API Key provided"}}
            key = headers.get("Idempotency-Key")
            if method == "POST" and key in self.answers:
                before, answer = self.answers[key]
                if before != body:
                    return 400, {"error": {"message": "Keys for idempotent requests can only be used with the same"}}
                return answer
            answer = self.route(method, url.path, form)
            if method == "POST" and key:
                self.answers[key] = (body, answer)
            return answer

    def route(self, method, path, form):
        parts = path.strip("/").split("/")
        metadata = {k[9:-1]: v for k, v in form.items() if k.startswith("metadata[")}
        if method == "POST" and path == "/v1/checkout/sessions":
            session = self.put(
                "checkout.session", mode=form["mode"], status="open", payment_status="unpaid", metadata=metadata,
                client_reference_id=form.get("client_reference_id"), payment_intent=None, subscription=None,
                customer=form.get("customer"), amount_total=1000, currency="usd",
                expires_at=int(time.time()) + 86400)
            session["url"] = f"https://checkout.stripe.com/c/pay/{session['id']}"
            session["form"] = form
            return 200, session
        if method == "POST" and path == "/v1/refunds":
            return 200, self.put(
                "refund", payment_intent=form["payment_intent"], amount=int(form["amount"]), currency="usd",
                status="succeeded", metadata=metadata)
        if method == "POST" and path == "/v1/payment_intents":
            if form.get("payment_method") == "pm_declined":
                intent = self.put(
                    "payment_intent", status="requires_payment_method", amount=int(form["amount"]),
                    currency=form["currency"], metadata=metadata, customer=form["customer"],
                    last_payment_error={"message": "Your card was declined."})
                return 402, {"error": {
                    "type": "card_error", "code": "card_declined", "message": "Your card was declined.",
                    "payment_intent": intent}}
            return 200, self.put(
                "payment_intent", status="succeeded", amount=int(form["amount"]), currency=form["currency"],
                amount_received=int(form["amount"]), metadata=metadata, customer=form["customer"],
                payment_method=form["payment_method"])
        if method == "POST" and path == "/v1/billing_portal/sessions":
            session = self.put("billing_portal.session", customer=form["customer"])
            session["url"] = "https://billing.stripe.com/p/session/1"
            return 200, session
        if method == "GET" and path in ("/v1/refunds", "/v1/disputes", "/v1/events", "/v1/subscriptions"):
            kind = parts[1][:-1]
            found = [self.objects[i] for i in reversed(self.order) if self.objects[i]["object"] == kind]
            if "payment_intent" in form:
                found = [o for o in found if o.get("payment_intent") == form["payment_intent"]]
            if "customer" in form:
                found = [o for o in found if o.get("customer") == form["customer"]]
            if form.get("starting_after"):
                ids = [o["id"] for o in found]
                found = found[ids.index(form["starting_after"]) + 1:]
            limit = int(form.get("limit", 10))
            return 200, {"object": "list", "data": found[:limit], "has_more": len(found) > limit}
        if method == "GET" and parts[-1] in self.objects:
            return 200, self.objects[parts[-1]]
        return 404, {"error": {"code": "resource_missing", "message": f"No such object: {path}"}}
