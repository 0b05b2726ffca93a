"""Use cases on payments and refunds: of a bank transfer one side reports, the other confirms; an official verifies each.

They are called by the deal, which has locked itself and says what the actor is to the receipt. Only a verified receipt counts,
and only it is posted to the ledger.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.infra import media
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload, keep
from marketplace.kernel.clock import china_day
from marketplace.kernel.days import require_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required, single_line
from marketplace.ledger.rules import TransferKind
from marketplace.ledger.service import post
from marketplace.organisations.parties import name_of
from marketplace.payments.events import ReceiptMoved
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.queries import left_to_pay, left_to_refund
from marketplace.payments.rules import LIVE, RECEIPT_STATES, Channel, MilestoneState, ReceiptKind, ReceiptState

LONGEST_REFERENCE = 60
LONGEST_REASON = 1000
_POSTED = {ReceiptKind.PAYMENT: TransferKind.RECEIPT, ReceiptKind.REFUND: TransferKind.REFUND}


@dataclass(frozen=True)
class Transferred:
    """What the sender of a bank transfer says of it: fen, the day in China, the bank's reference, and the voucher."""

    fen: int
    sent_on: date
    bank_reference: str
    voucher: Upload | None


def report_payment(
    uow: UnitOfWork, milestone: Milestone, party_id: int, earliest: date, transferred: Transferred
) -> Receipt:
    """Say that the buyer has sent money for a line; what is on its way counts against the line until it is refused.

    Raises Conflict for a cancelled or paid line, InvalidInput for an amount beyond what is left, a day before `earliest` or in
    the future, or a missing voucher; emits ReceiptMoved.
    """
    if milestone.state is MilestoneState.CANCELLED:
        raise Conflict(N_("This line is cancelled."))
    left = left_to_pay(uow.session, milestone)
    if left <= 0:
        raise Conflict(N_("Everything of this line is paid, or reported as paid."))
    return _report(
        uow, Receipt(kind=ReceiptKind.PAYMENT, milestone_id=milestone.id), party_id, left, transferred, earliest
    )


def report_refund(uow: UnitOfWork, payment: Receipt, party_id: int, transferred: Transferred) -> Receipt:
    """Say that the seller has sent a verified payment back, or a part of it. Raises as `report_payment` does."""
    if payment.kind is not ReceiptKind.PAYMENT or payment.state is not ReceiptState.VERIFIED:
        raise Conflict(N_("Only a verified payment can be refunded."))
    left = left_to_refund(uow.session, payment)
    if left <= 0:
        raise Conflict(N_("This payment is refunded in full, or reported so."))
    refund = Receipt(kind=ReceiptKind.REFUND, milestone_id=payment.milestone_id, refund_of_id=payment.id)
    return _report(uow, refund, party_id, left, transferred, payment.received_on or payment.sent_on)


def confirm(
    uow: UnitOfWork, receipt: Receipt, relations: frozenset[Relation], party_id: int, received_on: date
) -> None:
    """Say for the side it was sent to that the money has arrived, and on which day.

    Raises Conflict, NotPermitted for the person who reported it and for an unverified party, InvalidInput; emits ReceiptMoved.
    """
    RECEIPT_STATES.require("confirm", receipt.state, relations)
    if receipt.reported_by_id == uow.actor.user_id:
        raise NotPermitted(N_("Who has sent the money does not confirm that it has arrived."))
    if not name_of(uow.session, party_id).is_verified:
        raise NotPermitted(N_("Your party is not verified yet."))
    if not receipt.sent_on <= received_on <= china_day(uow.now()):
        raise InvalidInput(N_("It arrived between the day it was sent and today."), field="day")
    receipt.received_on, receipt.confirmed_by_id, receipt.confirmed_at = received_on, uow.actor.user_id, uow.now()
    advance(uow, RECEIPT_STATES, receipt, "confirm", relations)
    _announce(uow, receipt, "confirm", party_id)


def end(
    uow: UnitOfWork,
    receipt: Receipt,
    relations: frozenset[Relation],
    action: str,
    party_id: int | None,
    reason: str = "",
) -> None:
    """Refuse, withdraw or reject a report: it counts for nothing, and its line is open for that amount again.

    Raises Conflict, NotPermitted, InvalidInput without a reason where one is asked for; emits ReceiptMoved.
    """
    transition = RECEIPT_STATES.require(action, receipt.state, relations)
    receipt.reason = required(reason, "reason", LONGEST_REASON) if transition.reason_required else ""
    advance(uow, RECEIPT_STATES, receipt, action, relations, receipt.reason)
    _announce(uow, receipt, action, party_id)
    for refund in _waiting_refunds(uow, receipt):
        end(uow, refund, relations, action, party_id, reason)


def verify(uow: UnitOfWork, receipt: Receipt, relations: frozenset[Relation]) -> None:
    """An official has compared the voucher with the report: from here on the amount counts, dated the day it arrived.

    Raises Conflict, also for a refund whose payment is not verified yet, and NotPermitted; emits ReceiptMoved and posts to the
    ledger.
    """
    payment = fetch(uow, receipt.refund_of_id) if receipt.refund_of_id else None
    if payment is not None and payment.state is not ReceiptState.VERIFIED:
        raise Conflict(N_("Verify the payment first that this refund is of."))
    verified: dict[str, Any] = {"verified_by_id": uow.actor.user_id, "verified_at": uow.now()}
    advance(uow, RECEIPT_STATES, receipt, "verify", relations, **verified)
    if receipt.received_on is None:
        raise ValueError("a receipt that nobody confirmed has no day")
    post(uow, _POSTED[receipt.kind], receipt.deal_id, receipt.fen, receipt.received_on, f"receipt:{receipt.id}")
    _announce(uow, receipt, "verify", None)


def fetch(uow: UnitOfWork, receipt_id: int) -> Receipt:
    """The receipt as it is now. Raises NotFound."""
    receipt = uow.session.get(Receipt, receipt_id, populate_existing=True)
    if receipt is None:
        raise NotFound(N_("There is no such payment."))
    return receipt


def _waiting_refunds(uow: UnitOfWork, payment: Receipt) -> list[Receipt]:
    """Refunds of an online payment that was never verified; without it there is nothing they take back."""
    waiting = select(Receipt).where(Receipt.refund_of_id == payment.id, Receipt.state == ReceiptState.CONFIRMED)
    return list(uow.session.scalars(waiting.order_by(Receipt.id)))


def _report(
    uow: UnitOfWork, receipt: Receipt, party_id: int, left: int, transferred: Transferred, earliest: date
) -> Receipt:
    """Keep the voucher and write the row; the line is the caller's, and what is left of it is known."""
    _require_possible(transferred, left, earliest, china_day(uow.now()))
    if transferred.voucher is None:
        raise InvalidInput(N_("Add the bank's voucher: PDF, JPEG or PNG."), field="file")
    receipt.deal_id = uow.session.get_one(Milestone, receipt.milestone_id).deal_id
    receipt.channel, receipt.state = Channel.TRANSFER, ReceiptState.REPORTED
    receipt.fen, receipt.sent_on = transferred.fen, transferred.sent_on
    receipt.bank_reference = single_line(required(transferred.bank_reference, "bank_reference", LONGEST_REFERENCE))
    _require_new(uow, receipt)
    receipt.party_id, receipt.reported_by_id, receipt.reported_at = party_id, uow.actor.user_id or 0, uow.now()
    kept = keep(uow, transferred.voucher, media.SCANS)
    receipt.voucher_sha256, receipt.voucher_name = kept.sha256, kept.name
    receipt.voucher_type, receipt.voucher_size = kept.media_type, kept.size
    uow.session.add(receipt)
    uow.flush()
    _announce(uow, receipt, "report", party_id)
    return receipt


def _require_new(uow: UnitOfWork, receipt: Receipt) -> None:
    """One transfer may pay several lines, but nobody reports it twice for one: going back and sending again is no payment."""
    same = select(Receipt.id).where(
        Receipt.milestone_id == receipt.milestone_id,
        Receipt.kind == receipt.kind,
        Receipt.bank_reference == receipt.bank_reference,
        Receipt.state.in_(LIVE),
    )
    if uow.session.scalar(same.limit(1)) is not None:
        twice = N_("A transfer with this number is reported for this line already.")
        raise InvalidInput(twice, field="bank_reference")


def _require_possible(transferred: Transferred, left: int, earliest: date, today: date) -> None:
    if not 0 < transferred.fen <= left:
        too_much = N_("Write an amount of more than zero and at most what is left: %(left)s yuan.")
        yuan = f"{left // 100:,}.{left % 100:02d}"
        raise InvalidInput(too_much, fields={"amount": too_much}, left=yuan)
    require_day(transferred.sent_on, earliest, today, "sent_on")


def _announce(uow: UnitOfWork, receipt: Receipt, action: str, party_id: int | None) -> None:
    uow.emit(ReceiptMoved(receipt.id, receipt.deal_id, receipt.kind.value, action, receipt.fen, party_id))
