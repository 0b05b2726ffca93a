"""Stripe behind the port of processor.py: direct charges on connected accounts, by hosted Checkout.

Which parameters a call takes, the SDK's own types say; its objects are no dicts. A test drives all of it against a stand-in.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import stripe
from stripe import Charge, StripeClient
from stripe.checkout import Session as Page
from stripe.params import EventListParams
from stripe.params.checkout import SessionCreateParams, SessionListParams, SessionRetrieveParams

from marketplace.infra.processor import (
    CURRENCY,
    AccountFacts,
    BadSignature,
    DisputeFacts,
    PageOpened,
    PageWanted,
    PaymentFacts,
    PaymentProcessor,
    ProcessorRefuses,
    Received,
    RefundFacts,
)
from marketplace.settings import Settings

TIMEOUT_SECONDS = 10
RETRIES = 1
PAGE = 100
HEARD = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "charge.updated",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
)
"""The events about payments; the endpoint at Stripe is set up for these and `account.updated`, on connected accounts."""

P = ParamSpec("P")
T = TypeVar("T")


def build(settings: Settings) -> PaymentProcessor | None:
    """Stripe, once both of its keys are set."""
    if not settings.takes_online_payments:
        return None
    secrets = tuple(one.strip() for one in settings.stripe_webhook_secrets.get_secret_value().split(","))
    return StripeProcessor(settings.stripe_secret_key.get_secret_value(), secrets, settings.stripe_api_base)


def told_apart(method: Callable[P, T]) -> Callable[P, T]:
    """What may be tried again is an OSError, as everywhere; what Stripe refuses is not."""

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
            raise OSError(f"Stripe cannot be reached: {error}") from error
        except stripe.StripeError as error:
            raise ProcessorRefuses(error.user_message or str(error)) from error

    return call


class StripeProcessor:
    """The platform's key, used in the name of the payee's account."""

    def __init__(self, secret_key: str, webhook_secrets: tuple[str, ...], api_base: str) -> None:
        stripe.enable_telemetry = False  # It would write a file into the home of whoever runs the service.
        self.webhook_secrets = webhook_secrets
        self.client = StripeClient(
            secret_key,
            base_addresses={"api": api_base},
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
            max_network_retries=RETRIES,
        )

    @told_apart
    def account(self, account: str) -> AccountFacts:
        """An account that has not joined the platform is refused."""
        found = self.client.v1.accounts.retrieve(account)
        profile = found.business_profile
        return AccountFacts((profile.name if profile else "") or "", found.country or "", bool(found.charges_enabled))

    @told_apart
    def open_page(self, wanted: PageWanted) -> PageOpened:
        """The key is Stripe's idempotency key as well, so a call that is sent again opens no second page."""
        page = self.client.v1.checkout.sessions.create(
            _page_params(wanted), {"stripe_account": wanted.account, "idempotency_key": wanted.key}
        )
        if page.url is None:
            raise ProcessorRefuses("Stripe gave no address for the page")
        return PageOpened(page.id, page.url)

    @told_apart
    def close_page(self, account: str, session_id: str) -> None:
        """What cannot be expired is paid or expired; its event tells which."""
        once = stripe.RequestOptions(stripe_account=account, idempotency_key=f"expire-{session_id}")
        with suppress(stripe.InvalidRequestError):
            self.client.v1.checkout.sessions.expire(session_id, options=once)

    @told_apart
    def payment(self, account: str, session_id: str = "", intent_id: str = "") -> PaymentFacts | None:
        """Read the page with its charge, then the refunds and disputes of the charge."""
        on_account = stripe.RequestOptions(stripe_account=account)
        if not session_id:
            by_intent: SessionListParams = {"payment_intent": intent_id, "limit": 1}
            found = self.client.v1.checkout.sessions.list(by_intent, on_account).data
            if not found:
                return None
            session_id = found[0].id
        expanded: SessionRetrieveParams = {"expand": ["payment_intent.latest_charge.balance_transaction"]}
        page = self.client.v1.checkout.sessions.retrieve(session_id, expanded, on_account)
        charge = _charge(page)
        if charge is None or charge.status != "succeeded":
            return _unpaid(account, page)
        return self._paid(account, page, charge)

    def _paid(self, account: str, page: Page, charge: Charge) -> PaymentFacts:
        on_account = stripe.RequestOptions(stripe_account=account)
        refunds = self.client.v1.refunds.list({"charge": charge.id, "limit": PAGE}, on_account).auto_paging_iter()
        disputes = self.client.v1.disputes.list({"charge": charge.id, "limit": PAGE}, on_account).auto_paging_iter()
        balance = charge.balance_transaction
        known = balance if isinstance(balance, stripe.BalanceTransaction) else None
        return PaymentFacts(
            account,
            page.id,
            page.client_reference_id or "",
            is_paid=bool(charge.captured),
            is_expired=False,
            amount=charge.amount_captured,
            currency=charge.currency,
            charge_id=charge.id,
            paid_at=_moment(charge.created),
            fee=known.fee if known else None,
            fee_currency=known.currency if known else "",
            refunds=tuple(_refund(one) for one in refunds),
            disputes=tuple(_dispute(one) for one in disputes),
        )

    @told_apart
    def pages_since(self, account: str, since: datetime) -> Iterator[str]:
        """All of them are read before the first is given, so that a failure is told apart here."""
        wanted: SessionListParams = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        pages = self.client.v1.checkout.sessions.list(wanted, stripe.RequestOptions(stripe_account=account))
        return iter([page.id for page in pages.auto_paging_iter()])

    @told_apart
    def events_since(self, account: str, since: datetime) -> Iterator[Received]:
        """Stripe lists an event without the account whose list it is, which a delivery names."""
        wanted: EventListParams = {
            "created": {"gte": int(since.timestamp())},
            "types": list(HEARD),
            "limit": PAGE,
        }
        events = self.client.v1.events.list(wanted, stripe.RequestOptions(stripe_account=account))
        return iter([_received({**one.to_dict(), "account": account}) for one in events.auto_paging_iter()])

    def receive(self, body: bytes, signature: str) -> Received:
        """While a secret is replaced there are two of them."""
        for secret in self.webhook_secrets:
            try:
                stripe.WebhookSignature.verify_header(body, signature, secret, stripe.Webhook.DEFAULT_TOLERANCE)
            except stripe.SignatureVerificationError:
                continue
            return _received(json.loads(body), body.decode())
        raise BadSignature("none of the secrets has signed this")


def _page_params(wanted: PageWanted) -> SessionCreateParams:
    """The price is in CNY whatever the payer's card is in; only ways to pay that can carry CNY are offered."""
    return {
        "mode": "payment",
        "client_reference_id": wanted.key,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": CURRENCY,
                    "unit_amount": wanted.fen,
                    "product_data": {"name": wanted.title},
                },
            }
        ],
        "allowed_payment_method_types": ["card", "alipay", "wechat_pay"],
        "payment_method_options": {"wechat_pay": {"client": "web"}},
        "payment_intent_data": {"metadata": {"checkout": wanted.key}},
        "adaptive_pricing": {"enabled": False},
        "locale": "auto",
        "expires_at": int(wanted.expires_at.timestamp()),
        "success_url": wanted.return_url,
        "cancel_url": wanted.return_url,
    }


def _charge(page: Page) -> Charge | None:
    intent = page.payment_intent
    charge = intent.latest_charge if isinstance(intent, stripe.PaymentIntent) else None
    return charge if isinstance(charge, Charge) else None


def _unpaid(account: str, page: Page) -> PaymentFacts:
    return PaymentFacts(
        account,
        page.id,
        page.client_reference_id or "",
        is_paid=False,
        is_expired=page.status == "expired",
        amount=page.amount_total or 0,
        currency=page.currency or "",
    )


def _refund(one: stripe.Refund) -> RefundFacts:
    is_done, has_failed = one.status == "succeeded", one.status in {"failed", "canceled"}
    return RefundFacts(one.id, one.amount, _moment(one.created), is_done, has_failed)


def _dispute(one: stripe.Dispute) -> DisputeFacts:
    return DisputeFacts(one.id, one.amount, one.status, one.reason, _moment(one.created))


def _received(event: Mapping[str, Any], body: str = "") -> Received:
    """Raises ValueError for JSON that is no event of a connected account."""
    try:
        about, is_payment = event["data"]["object"], event["type"] in HEARD
        is_page = about["object"] == "checkout.session"
        return Received(
            id=event["id"],
            kind=event["type"],
            account=event.get("account") or "",
            created_at=_moment(event["created"]),
            body=body or json.dumps(event, ensure_ascii=False, sort_keys=True),
            session_id=about["id"] if is_payment and is_page else "",
            intent_id=(about.get("payment_intent") or "") if is_payment and not is_page else "",
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no event of Stripe: {error}") from error


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
