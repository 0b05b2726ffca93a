"""Payments and refunds that the payment processor tells of: its word stands for those of payer and payee, an official still
verifies.

Called by the deal, which has locked itself, for facts that have happened: what is too much is recorded all the same.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Kept
from marketplace.kernel.clock import china_day
from marketplace.kernel.states import Relation
from marketplace.payments.events import ReceiptMoved
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.rules import Channel, ReceiptKind, ReceiptState
from marketplace.payments.service import end

_BY_SYSTEM = frozenset({Relation.SYSTEM})


@dataclass(frozen=True)
class Arrived:
    """Money that has moved: fen, when (UTC), the processor's number of it, and what proves it."""

    fen: int
    at: datetime
    processor_id: str
    voucher: Kept


def record_payment(uow: UnitOfWork, milestone: Milestone, party_id: int, arrived: Arrived) -> Receipt:
    """The buyer's money is on the payee's account; the line is taken up by it. Emits ReceiptMoved."""
    return _record(uow, Receipt(kind=ReceiptKind.PAYMENT, milestone_id=milestone.id), milestone, party_id, arrived)


def record_refund(uow: UnitOfWork, payment: Receipt, party_id: int, arrived: Arrived) -> Receipt:
    """The payee's money went back to the buyer, by its own will or after a dispute. Emits ReceiptMoved."""
    milestone = uow.session.get_one(Milestone, payment.milestone_id)
    refund = Receipt(kind=ReceiptKind.REFUND, milestone_id=milestone.id, refund_of_id=payment.id)
    return _record(uow, refund, milestone, party_id, arrived)


def undo(uow: UnitOfWork, refund: Receipt, reason: str) -> None:
    """A refund that has not been verified came back to the payee: it counts for nothing. Raises Conflict; emits ReceiptMoved."""
    end(uow, refund, _BY_SYSTEM, "undo", None, reason)


def came_back(refund_id: str) -> str:
    """The number under which the money of a refund that failed after it was verified is a payment of its own."""
    return f"{refund_id}:back"


def known(uow: UnitOfWork, processor_id: str) -> Receipt | None:
    """The receipt of this number of the processor."""
    return uow.session.scalar(select(Receipt).where(Receipt.processor_id == processor_id))


def _record(uow: UnitOfWork, receipt: Receipt, milestone: Milestone, party_id: int, arrived: Arrived) -> Receipt:
    receipt.deal_id, receipt.party_id = milestone.deal_id, party_id
    receipt.channel, receipt.state = Channel.ONLINE, ReceiptState.CONFIRMED
    receipt.fen, receipt.processor_id = arrived.fen, arrived.processor_id
    receipt.bank_reference = arrived.processor_id[-60:]
    receipt.sent_on = receipt.received_on = china_day(arrived.at)
    receipt.reported_at = receipt.confirmed_at = uow.now()
    kept = arrived.voucher
    receipt.voucher_sha256, receipt.voucher_name = kept.sha256, kept.name
    receipt.voucher_type, receipt.voucher_size = kept.media_type, kept.size
    uow.session.add(receipt)
    uow.flush()
    uow.emit(ReceiptMoved(receipt.id, receipt.deal_id, receipt.kind.value, "arrive", receipt.fen))
    return receipt
