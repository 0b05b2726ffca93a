"""The payment processor: the port that Stripe fills (stripe_processor.py). It moves the parties' money; the platform never
holds any.

Amounts are in the smallest unit of their currency: fen for `cny`. Times are UTC. Everything happens on the payee's own account.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

CURRENCY = "cny"


class ProcessorRefuses(Exception):
    """The processor understood the call and will not do it; asking again changes nothing. The message is the processor's own."""


class BadSignature(Exception):
    """What was received does not come from the processor, or is older than a few minutes."""


@dataclass(frozen=True)
class AccountFacts:
    """An account that has joined the platform, as the processor knows it: its name and country, and whether it can be paid."""

    name: str
    country: str
    can_be_paid: bool


@dataclass(frozen=True)
class PageWanted:
    """A payment page to be opened on the payee's account. `key` is ours, and asking twice with it opens one page."""

    account: str
    key: str
    fen: int
    title: str
    return_url: str
    expires_at: datetime


@dataclass(frozen=True)
class PageOpened:
    """The page: the processor's id of it, and the address the payer is sent to."""

    session_id: str
    url: str


@dataclass(frozen=True)
class RefundFacts:
    """Money the payee has sent back through the processor. `has_failed` says that it came back to the payee."""

    id: str
    amount: int
    created_at: datetime
    is_done: bool
    has_failed: bool


@dataclass(frozen=True)
class DisputeFacts:
    """The payer's bank contests a payment; `status` is the processor's word."""

    id: str
    amount: int
    status: str
    reason: str
    created_at: datetime


@dataclass(frozen=True)
class PaymentFacts:
    """What the processor says now of one page and of the money that was paid there.

    `key` is that of the PageWanted, empty for a page that is none of ours. `fee` is what the processor has kept of the payment,
    in `fee_currency`, once it is known.
    """

    account: str
    session_id: str
    key: str
    is_paid: bool
    is_expired: bool
    amount: int
    currency: str
    charge_id: str = ""
    paid_at: datetime | None = None
    fee: int | None = None
    fee_currency: str = ""
    refunds: tuple[RefundFacts, ...] = ()
    disputes: tuple[DisputeFacts, ...] = ()


@dataclass(frozen=True)
class Received:
    """An event as the processor sent it. It only says where to look: what is true now is asked for.

    One of `session_id` and `intent_id` names the payment it is about; both are empty for an event about something else.
    """

    id: str
    kind: str
    account: str
    created_at: datetime
    body: str
    session_id: str = ""
    intent_id: str = ""


class PaymentProcessor(Protocol):
    """Every method raises OSError when the processor cannot be reached, and ProcessorRefuses for its own refusals."""

    def account(self, account: str) -> AccountFacts:
        """What is known of an account that has joined the platform."""
        ...

    def open_page(self, wanted: PageWanted) -> PageOpened:
        """Open a payment page, or find the one that was opened with the same key."""
        ...

    def close_page(self, account: str, session_id: str) -> None:
        """Let nobody pay on a page any more; one that is paid or over already stays as it is."""
        ...

    def payment(self, account: str, session_id: str = "", intent_id: str = "") -> PaymentFacts | None:
        """What is true now of the payment that the one or the other id names; None where no payment page stands behind it."""
        ...

    def pages_since(self, account: str, since: datetime) -> Iterator[str]:
        """The ids of the pages that were opened on an account since then, by whomever."""
        ...

    def events_since(self, account: str, since: datetime) -> Iterator[Received]:
        """The events of an account since then, about payments; the processor keeps them for thirty days."""
        ...

    def receive(self, body: bytes, signature: str) -> Received:
        """Read an event that was sent here. Raises BadSignature, and ValueError for what is no event."""
        ...
