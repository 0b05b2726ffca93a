"""A contract by which the buyer uses the technology first and pays later: until when he may end the use, and who reminds him.

The right to end it is agreed in the contract (民法典 art. 562 para. 2) and is the buyer's alone: the contract ends when the
notice reaches the seller (art. 565), which the contract takes for the moment at which the platform records it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentKind, DocumentState, PriceModel
from marketplace.contracts.service import require_none_awaited
from marketplace.deals.events import UseEnding
from marketplace.deals.models import Deal, Offer, Step
from marketplace.deals.room import enter
from marketplace.deals.rules import CHANGEABLE, StepKind
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict
from marketplace.kernel.messages import N_
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.rules import LIVE, MilestoneKind, MilestoneState

REMINDER_DAYS = 14
"""So many days before the end of the use its buyer is reminded."""

NOT_AGREED = N_("This contract has no time of use without payment.")
IS_OVER = N_("The time of use without payment is over: the price is due as the contract says.")
IS_PAID = N_("A payment is made or reported: the buyer has decided to go on, as the contract says.")
_REMINDED = "remind_of_use"


@dataclass(frozen=True)
class FreeUse:
    """The contract that says it and the last day (in China) of the use without payment."""

    document_id: int
    last_day: date


def free_uses(session: Session, deals: Sequence[Deal]) -> dict[int, FreeUse]:
    """The use without payment of those of the deals whose contract agrees on one and is or was in force, by the deal's id.

    The day of the entry into force does not count (民法典 art. 201).
    """
    signed = (
        Document.deal_id.in_([deal.id for deal in deals]),
        Document.kind == DocumentKind.CONTRACT,
        Document.state == DocumentState.COMPLETE,
        Document.price_model == PriceModel.USE_FIRST,
    )
    agreed = select(Document.deal_id, Document.id, Offer.use_days).join(Offer, Offer.id == Document.offer_id)
    by_id = {deal.id: deal for deal in deals}
    return {
        deal_id: FreeUse(document_id, began(by_id[deal_id], PriceModel.USE_FIRST) + timedelta(days=days))
        for deal_id, document_id, days in session.execute(agreed.where(*signed))
        if days is not None
    }


def began(deal: Deal, price_model: PriceModel | None) -> date:
    """From which day in China days "after the entry into force" are counted, of a contract that is or was in force.

    It is that of the last signature. Those of a use without payment run from the day on which the platform has it on record,
    as the contract says: what an official takes for comparing a paper is not taken from the buyer's time to decide.
    """
    if deal.in_force_at is None or deal.in_force_on is None:
        raise ValueError("a contract that is not in force has not begun")
    return china_day(deal.in_force_at) if price_model is PriceModel.USE_FIRST else deal.in_force_on


def free_use(session: Session, deal: Deal) -> FreeUse | None:
    """The same for one deal, None where nothing of the kind is agreed."""
    return free_uses(session, [deal]).get(deal.id)


def require_may_end_use(uow: UnitOfWork, deal: Deal) -> FreeUse:
    """The use that can be ended today. Raises Conflict unless it is agreed, not over, nothing of the price is paid or reported,
    and no agreement by which the contract ends otherwise waits for an official: that one the buyer has signed."""
    use = free_use(uow.session, deal)
    if use is None:
        raise Conflict(NOT_AGREED)
    if china_day(uow.now()) > use.last_day:
        raise Conflict(IS_OVER)
    live = (Receipt.deal_id == deal.id, Receipt.state.in_(LIVE))
    if uow.session.scalar(select(Receipt.id).where(*live).limit(1)) is not None:
        raise Conflict(IS_PAID)
    require_none_awaited(uow, deal.id, (DocumentKind.TERMINATION_AGREEMENT,))
    return use


def closed_because(uow: UnitOfWork, deal: Deal) -> str:
    """Why the buyer cannot end the use of a contract today, as a msgid; empty where he can."""
    if deal.state not in CHANGEABLE:
        return IS_OVER
    try:
        require_may_end_use(uow, deal)
    except Conflict as error:
        return error.message
    return ""


def open_use(uow: UnitOfWork, deal: Deal) -> FreeUse | None:
    """The use that the buyer can end today, None where there is none: until then a payment is his word that he goes on."""
    if deal.state not in CHANGEABLE:
        return None
    try:
        return require_may_end_use(uow, deal)
    except Conflict:
        return None


def due_after_use(session: Session, deal: Deal) -> date | None:
    """By which day the price, or the first part of it, is paid once the use has not been ended."""
    fixed = (Milestone.deal_id == deal.id, Milestone.kind == MilestoneKind.FIXED)
    open_ = (Milestone.state != MilestoneState.CANCELLED, Milestone.due_on.is_not(None))
    return session.scalar(select(Milestone.due_on).where(*fixed, *open_).order_by(Milestone.due_on).limit(1))


def remind_due(uow: UnitOfWork) -> None:
    """Tell the buyers whose use without payment ends within REMINDER_DAYS and is not decided, once each.

    Run by the schedule; the line in the deal's history is what keeps it from being told twice. Emits UseEnding.
    """
    today = china_day(uow.now())
    agreed = select(Document.deal_id).where(
        Document.kind == DocumentKind.CONTRACT,
        Document.state == DocumentState.COMPLETE,
        Document.price_model == PriceModel.USE_FIRST,
    )
    told = select(Step.deal_id).where(Step.kind == StepKind.CONTRACT, Step.action == _REMINDED)
    running = select(Deal).where(Deal.state.in_(CHANGEABLE), Deal.id.in_(agreed), Deal.id.not_in(told))
    deals = uow.session.scalars(running.order_by(Deal.id)).all()
    for deal_id, use in free_uses(uow.session, deals).items():
        if use.last_day - timedelta(days=REMINDER_DAYS) <= today <= use.last_day:
            _remind(uow, deal_id, use)


def _remind(uow: UnitOfWork, deal_id: int, use: FreeUse) -> None:
    """With the deal locked: another worker may have been faster, or the buyer."""
    room = enter(uow, deal_id)
    mark = (Step.deal_id == deal_id, Step.kind == StepKind.CONTRACT, Step.action == _REMINDED)
    if open_use(uow, room.deal) is None or uow.session.scalar(select(Step.id).where(*mark)) is not None:
        return
    room.step(StepKind.CONTRACT, use.document_id, _REMINDED, None)
    uow.emit(UseEnding(deal_id))
