"""What the stand-in keeps: accounts, pages, charges, refunds, disputes, and the events about them. Amounts in the smallest
unit."""

import itertools
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from marketplace.kernel.clock import Clock

Thing = dict[str, Any]
SELLER = "acct_1SellerOfTests"
OTHER = "acct_1SomebodyElse"
SECRET = "whsec_of_the_tests"
KEY = "sk_test_of_the_tests"
FEE = 3_456


class NotAllowed(Exception):
    """What Stripe would answer 400 to."""


@dataclass
class Books:
    """Everything by its id; what a thing belongs to stands in `account`."""

    clock: Clock
    accounts: dict[str, Thing] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    events: list[Thing] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        for name, country in ((SELLER, "HK"), (OTHER, "HK")):
            self.accounts[name] = {
                "id": name,
                "object": "account",
                "country": country,
                "charges_enabled": True,
                "business_profile": {"name": "青州前程机械有限公司"},
            }

    def add(self, prefix: str, kind: str, account: str, **values: Any) -> Thing:
        number = f"{prefix}_{next(self.numbers):012d}"
        thing = {
            "id": number,
            "object": kind,
            "created": int(self.clock.now().timestamp()),
            "livemode": False,
            **values,
        }
        self.things[number] = thing
        thing["_account"] = account
        return thing

    def of(self, account: str, kind: str, **values: Any) -> list[Thing]:
        """The newest first, as Stripe lists."""
        found = [one for one in self.things.values() if one["_account"] == account and one["object"] == kind]
        return [one for one in reversed(found) if all(one[name] == value for name, value in values.items())]

    def tell(self, kind: str, about: Thing) -> Thing:
        """An event holds the thing as it was then."""
        account = about["_account"]
        event = self.add("evt", "event", account, type=kind, data={"object": json.loads(json.dumps(public(about)))})
        self.events.append(event)
        return event

    def pay(self, page: str, amount: int | None = None, currency: str = "cny") -> Thing:
        """Somebody pays on the page; another amount or currency than asked for is what a mistake somewhere would look like."""
        session, fen = self.things[page], amount
        if session["status"] != "open":
            raise NotAllowed("this page cannot be paid")
        account, fen = session["_account"], session["amount_total"] if amount is None else amount
        intent = self.add("pi", "payment_intent", account, status="succeeded", amount=fen)
        balance = self.add("txn", "balance_transaction", account, fee=FEE, currency="hkd")
        charge = self.add(
            "ch",
            "charge",
            account,
            amount=fen,
            amount_captured=fen,
            currency=currency,
            status="succeeded",
            captured=True,
            payment_intent=intent["id"],
            balance_transaction=balance["id"],
        )
        intent["latest_charge"] = charge["id"]
        session.update(status="complete", payment_status="paid", payment_intent=intent["id"])
        self.tell("checkout.session.completed", session)
        return charge

    def expire(self, page: str) -> None:
        """The page's time is over, or somebody has closed it."""
        if self.things[page]["status"] != "open":
            raise NotAllowed("only an open page can expire")
        self.things[page]["status"] = "expired"
        self.tell("checkout.session.expired", self.things[page])

    def refund(self, charge: Thing, amount: int, status: str = "succeeded") -> Thing:
        """The payee sends money back, and no more than there is."""
        gone = sum(one["amount"] for one in self.of(charge["_account"], "refund", charge=charge["id"]) if _counts(one))
        if not 0 < amount <= charge["amount"] - gone:
            raise NotAllowed("more than what is left of the charge")
        where = {"charge": charge["id"], "payment_intent": charge["payment_intent"]}
        refund = self.add("re", "refund", charge["_account"], amount=amount, status=status, **where)
        self.tell("refund.created", refund)
        return refund

    def turn_refund(self, refund: Thing, status: str) -> None:
        refund["status"] = status
        self.tell("refund.failed" if status == "failed" else "refund.updated", refund)

    def dispute(self, charge: Thing, amount: int) -> Thing:
        """The payer's bank contests a charge."""
        where = {"charge": charge["id"], "payment_intent": charge["payment_intent"]}
        values = {"amount": amount, "status": "needs_response", "reason": "fraudulent", **where}
        dispute = self.add("dp", "dispute", charge["_account"], **values)
        self.tell("charge.dispute.created", dispute)
        return dispute

    def close_dispute(self, dispute: Thing, status: str) -> None:
        dispute["status"] = status
        self.tell("charge.dispute.closed", dispute)

    def open_page(self, account: str, params: Thing) -> Thing:
        """Stripe allows a page half an hour at least and a day at most."""
        now, line = self.clock.now(), params["line_items"]["0"]
        lasts = timedelta(seconds=int(params["expires_at"]) - int(now.timestamp()))
        if not timedelta(minutes=30) <= lasts <= timedelta(days=1):
            raise NotAllowed("expires_at must be between 30 minutes and 24 hours from now")
        total = int(line["price_data"]["unit_amount"]) * int(line["quantity"])
        if not 0 < total <= 99_999_999:
            raise NotAllowed("the amount has more than eight digits")
        page = self.add(
            "cs",
            "checkout.session",
            account,
            status="open",
            payment_status="unpaid",
            payment_intent=None,
            amount_total=total,
            currency=line["price_data"]["currency"],
            client_reference_id=params.get("client_reference_id"),
        )
        page["url"] = f"https://checkout.stripe.com/c/pay/{page['id']}"
        return page


def public(thing: Thing) -> Thing:
    """As it is sent."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}


def _counts(refund: Thing) -> bool:
    return refund["status"] not in {"failed", "canceled"}
