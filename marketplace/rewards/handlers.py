"""What rewards do when something is announced: money that is verified triggers one, a refund or dispute takes its ground away."""

from collections.abc import Sequence

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.events import Event
from marketplace.online.events import DisputeMoved
from marketplace.payments.events import ReceiptMoved
from marketplace.rewards import stop
from marketplace.rewards.service import follow

__all__ = ["follow_receipts", "stop"]


def follow_receipts(uow: UnitOfWork, events: Sequence[Event]) -> None:
    """Asking twice for the same receipt, or for a refund before its payment, changes nothing more."""
    for event in events:
        if isinstance(event, DisputeMoved) or (isinstance(event, ReceiptMoved) and event.action == "verify"):
            follow(uow, event.receipt_id)
