"""The reading side of payments: what is paid of a line, what is left, what waits for whom."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased

from marketplace.payments.models import Milestone, Receipt, RoyaltyStatement
from marketplace.payments.rules import (
    LIVE,
    UNPAID,
    Channel,
    MilestoneKind,
    MilestoneState,
    Paid,
    ReceiptKind,
    ReceiptState,
    StatementState,
)

_SIGNED_FEN = case((Receipt.kind == ReceiptKind.PAYMENT, Receipt.fen), else_=-Receipt.fen)
"""A refund is taken off."""

_VERIFIED = Receipt.state == ReceiptState.VERIFIED
_TAKEN = _VERIFIED | (Receipt.state.in_(LIVE) & (Receipt.kind == ReceiptKind.PAYMENT))
_VERIFIED_FEN = func.sum(case((_VERIFIED, _SIGNED_FEN), else_=0))
_TAKEN_FEN = func.sum(case((_TAKEN, _SIGNED_FEN), else_=0))

_IN_FLIGHT = LIVE - {ReceiptState.VERIFIED}


def left_to_pay(session: Session, milestone: Milestone) -> int:
    """What is neither paid nor reported as paid of a line, in fen."""
    return milestone.fen - paid_by_line(session, [milestone.deal_id]).get(milestone.id, UNPAID).with_reported


def refunded(session: Session, payment_ids: Sequence[int]) -> Mapping[int | None, int]:
    """What is sent back of these payments, or reported so, in fen by payment."""
    sums = select(Receipt.refund_of_id, func.sum(Receipt.fen)).where(
        Receipt.refund_of_id.in_(payment_ids), Receipt.state.in_(LIVE)
    )
    return {payment_id: int(fen) for payment_id, fen in session.execute(sums.group_by(Receipt.refund_of_id))}


def left_to_refund(session: Session, payment: Receipt) -> int:
    """What is neither sent back nor reported so of a payment, in fen."""
    return payment.fen - refunded(session, [payment.id]).get(payment.id, 0)


def verified_refunds(session: Session, payment: Receipt) -> int:
    """What has been sent back of a payment and verified, in fen."""
    back = select(func.sum(Receipt.fen)).where(
        Receipt.refund_of_id == payment.id, Receipt.state == ReceiptState.VERIFIED
    )
    return int(session.scalar(back) or 0)


def paid_by_line(session: Session, deal_ids: Sequence[int]) -> Mapping[int, Paid]:
    """What is paid of the lines of several deals, by the line's id; UNPAID where one is missing.

    A refund opens a line again only when it is verified, a payment takes up its part from the day it is reported.
    """
    sums = select(Receipt.milestone_id, _VERIFIED_FEN, _TAKEN_FEN).group_by(Receipt.milestone_id)
    found = session.execute(sums.where(Receipt.deal_id.in_(deal_ids)))
    return {line: Paid(int(fen), int(all_fen)) for line, fen, all_fen in found}


def overdue_lines(today: date) -> Select[Milestone, int]:
    """Lines that were due before a day and are neither paid nor reported as paid in full, with what is left in fen; the same as
    Standing.OVERDUE, for the database.

    What is taken is added up line by line: whoever narrows the lines down does not wait for the payments of all the others.
    """
    taken = select(func.coalesce(_TAKEN_FEN, 0)).where(Receipt.milestone_id == Milestone.id)
    left = Milestone.fen - taken.correlate(Milestone).scalar_subquery()
    late = (Milestone.state != MilestoneState.CANCELLED, Milestone.due_on < today, left > 0)
    return select(Milestone, left.label("left")).where(*late)


def twins(session: Session, deal_id: int) -> Mapping[int, int]:
    """How many other payments have the voucher or the number at the bank of a transfer of this deal, by receipt.

    Online the processor's numbers are told apart by the database, and one event may prove a payment and its refund.
    """
    other = aliased(Receipt)
    alike = (other.voucher_sha256 == Receipt.voucher_sha256) | (other.bank_reference == Receipt.bank_reference)
    found = select(Receipt.id, func.count(other.id)).join(
        other, alike & (other.id != Receipt.id) & other.state.in_(LIVE)
    )
    of_deal = found.where(Receipt.deal_id == deal_id, Receipt.channel == Channel.TRANSFER)
    return dict(session.execute(of_deal.group_by(Receipt.id)).all())


def net_fixed_receipts(session: Session, deal_id: int) -> int:
    """What has been verified as received of the fixed price, less refunds, in fen: royalties stand apart."""
    of_fixed = (
        select(func.sum(_SIGNED_FEN))
        .join(Milestone, Milestone.id == Receipt.milestone_id)
        .where(
            Receipt.deal_id == deal_id, Receipt.state == ReceiptState.VERIFIED, Milestone.kind == MilestoneKind.FIXED
        )
    )
    return int(session.scalar(of_fixed) or 0)


def royalties_by_deal(session: Session) -> dict[int, int]:
    """What was agreed as royalties, by deal, in fen."""
    sums = select(RoyaltyStatement.deal_id, func.sum(RoyaltyStatement.fen))
    agreed = sums.where(RoyaltyStatement.state == StatementState.AGREED).group_by(RoyaltyStatement.deal_id)
    return {deal_id: int(fen) for deal_id, fen in session.execute(agreed)}


def received_by_deal(session: Session) -> dict[int, int]:
    """The same for every deal that has any, from the receipts themselves."""
    sums = select(Receipt.deal_id, func.sum(_SIGNED_FEN)).where(Receipt.state == ReceiptState.VERIFIED)
    return {deal_id: int(fen) for deal_id, fen in session.execute(sums.group_by(Receipt.deal_id))}


def in_flight(session: Session, deal_ids: Sequence[int]) -> list[Receipt]:
    """Payments and refunds that wait for the other side or for an official, oldest first."""
    waiting = select(Receipt).where(Receipt.deal_id.in_(deal_ids), Receipt.state.in_(_IN_FLIGHT))
    return list(session.scalars(waiting.order_by(Receipt.reported_at, Receipt.id)))


def unpaid_lines(session: Session, deal_ids: Sequence[int]) -> dict[int, list[Milestone]]:
    """The lines that are not cancelled and not paid in full, by deal, the first due first."""
    paid = paid_by_line(session, deal_ids)
    lines = select(Milestone).where(Milestone.deal_id.in_(deal_ids), Milestone.state != MilestoneState.CANCELLED)
    found: dict[int, list[Milestone]] = {}
    for line in session.scalars(lines.order_by(Milestone.due_on.is_(None), Milestone.due_on, Milestone.number)):
        if paid.get(line.id, UNPAID).verified < line.fen:
            found.setdefault(line.deal_id, []).append(line)
    return found
