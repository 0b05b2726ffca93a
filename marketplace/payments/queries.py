"""The reading side of payments: what is paid of a line, what is left, what waits for whom."""

from collections.abc import Mapping, Sequence

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from marketplace.payments.models import Milestone, Receipt, RoyaltyStatement
from marketplace.payments.rules import LIVE, MilestoneKind, MilestoneState, ReceiptKind, ReceiptState, StatementState

_SIGNED_FEN = case((Receipt.kind == ReceiptKind.PAYMENT, Receipt.fen), else_=-Receipt.fen)
"""A refund is taken off."""

_IN_FLIGHT = LIVE - {ReceiptState.VERIFIED}


def left_to_pay(session: Session, milestone: Milestone) -> int:
    """What is neither paid nor reported as paid of a line, in fen. A refund opens it again only when it is verified."""
    verified = Receipt.state == ReceiptState.VERIFIED
    on_its_way = Receipt.state.in_(LIVE) & (Receipt.kind == ReceiptKind.PAYMENT)
    taken = select(func.sum(_SIGNED_FEN)).where(Receipt.milestone_id == milestone.id, verified | on_its_way)
    return milestone.fen - int(session.scalar(taken) or 0)


def left_to_refund(session: Session, payment: Receipt) -> int:
    """What is neither sent back nor reported so of a payment, in fen."""
    back = select(func.sum(Receipt.fen)).where(Receipt.refund_of_id == payment.id, Receipt.state.in_(LIVE))
    return payment.fen - int(session.scalar(back) or 0)


def verified_refunds(session: Session, payment: Receipt) -> int:
    """What has been sent back of a payment and verified, in fen."""
    back = select(func.sum(Receipt.fen)).where(
        Receipt.refund_of_id == payment.id, Receipt.state == ReceiptState.VERIFIED
    )
    return int(session.scalar(back) or 0)


def paid_by_line(session: Session, deal_ids: Sequence[int]) -> Mapping[int, int]:
    """Verified payments less verified refunds of the lines of several deals, in fen by the line's id."""
    sums = select(Receipt.milestone_id, func.sum(_SIGNED_FEN)).where(
        Receipt.deal_id.in_(deal_ids), Receipt.state == ReceiptState.VERIFIED
    )
    return {milestone_id: int(fen) for milestone_id, fen in session.execute(sums.group_by(Receipt.milestone_id))}


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
        if paid.get(line.id, 0) < line.fen:
            found.setdefault(line.deal_id, []).append(line)
    return found
