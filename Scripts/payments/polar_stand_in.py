"""A stand-in for the part of Polar's HTTP API that Scrip uses: it keeps objects, and every call that was made."""

import datetime
import json
import os
import sys
import threading
import urllib.parse
import uuid

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import stand_in_server  # noqa: E402

TOKEN = "polar_oat_standin"


def now(days=0):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return moment.isoformat().replace("+00:00", "Z")


class PolarStandIn:
    def __init__(self):
        self.objects = {"checkouts": {}, "orders": {}, "refunds": {}, "disputes": {}, "subscriptions": {}}
        self.deliveries = []
        self.calls = []
        self.lost_answers = 0
        self.lock = threading.RLock()
        self.address = stand_in_server.serve(self.reply)

    def reply(self, method, target, body, headers):
        status, answer = self.answer(method, target, body, headers)
        with self.lock:
            is_lost = method == "POST" and self.lost_answers > 0
            self.lost_answers -= is_lost
        return None if is_lost else (status, "application/json", json.dumps(answer).encode())

    def put(self, kind, **fields):
        with self.lock:
            made = {"id": str(uuid.uuid4()), "created_at": now(), "modified_at": None, "metadata": {}, **fields}
            self.objects[kind][made["id"]] = made
            return made

    def answer(self, method, target, body, headers):
        url = urllib.parse.urlsplit(target)
        query = dict(urllib.parse.parse_qsl(url.query))
        sent = json.loads(body) if body else {}
        with self.lock:
            self.calls.append({"method": method, "path": url.path, "query": query, "body": sent, "headers": dict(headers)})
            if headers.get("Authorization") != f"Bearer {TOKEN}":
                return 401, {"error": "unauthorized", "detail": "Unauthorized"}
            if headers.get("Polar-Version") != "2026-10":
                return 400, {"error": "VersionMissing", "detail": "Name the version."}
            parts = url.path.strip("/").split("/")[1:]
            if url.path == "/v1/webhooks/deliveries":
                return 200, self.page(self.deliveries, query)
            if url.path == "/v1/customer-sessions/":
                return 201, {"id": str(uuid.uuid4()), "customer_portal_url": f"https://polar.sh/portal/{sent['customer_id']}"}
            if method == "POST":
                return self.make(parts, sent)
            if len(parts) == 2:
                found = self.objects[parts[0]].get(parts[1])
                return (200, found) if found else (404, {"error": "ResourceNotFound", "detail": "Not found"})
            return 200, self.page([o for o in self.objects[parts[0]].values() if self.fits(o, query)], query)

    @staticmethod
    def fits(thing, query):
        for name, value in query.items():
            if name.startswith("metadata["):
                if thing["metadata"].get(name[9:-1]) != value:
                    return False
            elif name not in ("limit", "page") and str(thing.get(name)) != value:
                return False
        return True

    @staticmethod
    def page(items, query):
        limit, page = int(query.get("limit", 10)), int(query.get("page", 1))
        pages = -(-len(items) // limit)
        return {"items": items[(page - 1) * limit:page * limit],
                "pagination": {"total_count": len(items), "max_page": pages}}

    def make(self, parts, sent):
        if parts == ["checkouts"]:
            made = self.put(
                "checkouts", status="open", product_id=sent["products"][0], metadata=sent.get("metadata", {}),
                external_customer_id=sent.get("external_customer_id"), customer_id=sent.get("customer_id"),
                expires_at=now(1))
            made["url"] = f"https://polar.sh/checkout/{made['id']}"
            return 201, made
        if parts == ["refunds"]:
            order = self.objects["orders"][sent["order_id"]]
            made = self.put(
                "refunds", status="succeeded", amount=sent["amount"], currency=order["currency"],
                order_id=order["id"], reason=sent["reason"], metadata=sent.get("metadata", {}))
            order["refunded_amount"] += sent["amount"]
            is_all = order["refunded_amount"] >= order["net_amount"]
            order["status"] = "refunded" if is_all else "partially_refunded"
            return 200, made
        if parts == ["orders"]:
            return 201, self.order(1000, sent["customer_id"], "draft", metadata=sent["metadata"])
        if parts[0] == "orders" and parts[2] == "finalize":
            order = self.objects["orders"][parts[1]]
            if order["status"] != "draft":
                return 412, {"error": "OrderNotDraft", "detail": "The order is not a draft."}
            order.update(status="paid", paid=True)
            return 200, order
        return 404, {"error": "ResourceNotFound", "detail": "Not found"}

    def order(self, amount, customer, status="paid", tax=190, **fields):
        return self.put(
            "orders", status=status, paid=status == "paid", net_amount=amount, tax_amount=tax,
            total_amount=amount + tax, refunded_amount=0, currency="usd", customer_id=customer,
            customer={"id": customer, "default_payment_method_id": "pm_1"},
            **{"checkout_id": None, "subscription_id": None, **fields})

    def pay(self, checkout, amount=1000):
        """The buyer pays: the checkout's metadata goes to its order, as Polar does it."""
        customer = checkout["customer_id"] or "cus_" + checkout["external_customer_id"]
        checkout.update(status="succeeded", customer_id=customer)
        return self.order(amount, customer, checkout_id=checkout["id"], metadata=checkout["metadata"])
