"""What rewards do when something is announced: money that is verified triggers one, a refund takes its ground away."""

from collections.abc import Sequence

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.events import Event
from marketplace.payments.events import ReceiptMoved
from marketplace.payments.rules import ReceiptKind
from marketplace.rewards.service import refunded, trigger


def follow_receipts(uow: UnitOfWork, events: Sequence[Event]) -> None:
    """Asking twice for the same receipt changes nothing more."""
    for event in events:
        if isinstance(event, ReceiptMoved) and event.action == "verify":
            follow = trigger if event.kind == ReceiptKind.PAYMENT else refunded
            follow(uow, event.receipt_id)
