"""Reads what is on its way to a figure, and what became of what was: deals on the way into force, lines on the way to be paid.

Of each deal or line a few numbers in a handful of statements, however many there are. Amendments, terminations and refunds come
from the rows of the figure itself.
"""

from collections.abc import Callable, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from marketplace.deals.models import Deal, Entry, Offer, Step
from marketplace.deals.rules import DEAL_STATES, DealState, EntryKind, StepKind
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.rules import MilestoneState, ReceiptKind, ReceiptState, Trigger
from marketplace.statistics.columns import Columns
from marketplace.statistics.rows import china_day
from marketplace.statistics.rules import Dimension, FigureCode
from marketplace.targets.outlook import Change, Item

DUE = "due"
"""The one stage of a line of a plan: the day on which it is to be paid has come."""

_INTO: Mapping[str, DealState] = {arrow.action: arrow.target for arrow in DEAL_STATES.transitions} | {
    "open": DEAL_STATES.initial
}
_BEFORE = frozenset({DealState.NEGOTIATING, DealState.DRAFTING, DealState.SIGNING})
_ENDS = frozenset({DealState.IN_FORCE, DealState.LOST})


def items_of(session: Session, code: FigureCode, today: date) -> list[Item]:
    """What is and was on its way to a figure that has a pipeline."""
    return _READERS[code](session, today)


def changes_of(columns: Columns) -> list[Change]:
    """The rows of a figure that count nothing new and only change an amount."""
    numbers, coded = columns.numbers, columns.dimensions[Dimension.SELLER]
    beside = columns.take(numbers["counted"] != 1)
    counties = [coded.values[place] for place in beside.dimensions[Dimension.SELLER].codes.tolist()]
    days, fen = beside.numbers["dated"].tolist(), beside.numbers["value"].tolist()
    return [Change(_county(county), day, value) for county, day, value in zip(counties, days, fen, strict=True)]


def _county(value: str | int | None) -> str | None:
    return None if value is None else str(value)


def deals(session: Session, _today: date) -> list[Item]:
    """Every deal with the stages it went through before it came into force or was lost."""
    steps = (
        select(Step.deal_id, Step.action, china_day(Step.at))
        .where(Step.kind == StepKind.DEAL, Step.action.in_([one for one, to in _INTO.items() if to in _BEFORE | _ENDS]))
        .order_by(Step.deal_id, Step.id)
    )
    history = {
        deal_id: [(_INTO[action], day.toordinal()) for _, action, day in rows]
        for deal_id, rows in groupby(session.execute(steps), key=itemgetter(0))
    }
    newest = select(Offer.deal_id, func.max(Offer.number).label("number")).group_by(Offer.deal_id).subquery()
    offered = (
        select(Offer.deal_id, Offer.amount_fen)
        .join(newest, (newest.c.deal_id == Offer.deal_id) & (newest.c.number == Offer.number))
        .subquery()
    )
    signed = (
        select(Entry.deal_id, func.max(Entry.amount_fen).label("fen"))
        .where(Entry.kind == EntryKind.IN_FORCE)
        .group_by(Entry.deal_id)
        .subquery()
    )
    rows = session.execute(
        select(Deal.id, Deal.seller_county, func.coalesce(signed.c.fen, offered.c.amount_fen))
        .outerjoin(offered, offered.c.deal_id == Deal.id)
        .outerjoin(signed, signed.c.deal_id == Deal.id)
        .order_by(Deal.id)
    )
    return [_deal(county, fen, history[deal_id]) for deal_id, county, fen in rows if deal_id in history]


def _deal(county: str | None, fen: int | None, history: list[tuple[DealState, int]]) -> Item:
    end = next(((state, day) for state, day in history if state in _ENDS), None)
    stays = tuple((state.value, day) for state, day in history if state in _BEFORE)
    won = end is not None and end[0] is DealState.IN_FORCE
    return Item(county, fen, history[0][1], stays, end[1] if end else None, won)


def lines(session: Session, today: date) -> list[Item]:
    """Every line of a plan that has a day on which it is due; paid on the day on which the last of it arrived."""
    is_payment = Receipt.kind == ReceiptKind.PAYMENT
    paid = (
        select(
            Receipt.milestone_id,
            func.sum(case((is_payment, Receipt.fen), else_=-Receipt.fen)).label("fen"),
            func.max(case((is_payment, Receipt.received_on))).label("on"),
        )
        .where(Receipt.state == ReceiptState.VERIFIED)
        .group_by(Receipt.milestone_id)
        .subquery()
    )
    set_on = (
        select(Step.object_id, func.min(china_day(Step.at)).label("day"))
        .where(Step.kind == StepKind.MILESTONE, Step.action == "fall_due")
        .group_by(Step.object_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Deal.seller_county,
            Milestone.fen,
            Milestone.state,
            Milestone.due_on,
            Milestone.days,
            Milestone.trigger,
            func.coalesce(paid.c.fen, 0),
            paid.c.on,
            set_on.c.day,
        )
        .join(Deal, Deal.id == Milestone.deal_id)
        .outerjoin(paid, paid.c.milestone_id == Milestone.id)
        .outerjoin(set_on, set_on.c.object_id == Milestone.id)
        .where(Milestone.due_on.is_not(None))
        .order_by(Milestone.id)
    )
    return [_line(row, today.toordinal()) for row in rows]


def _line(row: Any, today: int) -> Item:
    county, fen, state, due_on, days, trigger, paid, paid_on, set_on = row
    paid_fen = int(paid)  # PostgreSQL adds up to a Decimal.
    due, won = due_on.toordinal(), paid_fen >= fen
    by_itself = trigger in {Trigger.IN_FORCE, Trigger.ACCEPTANCE}
    known = due - days if by_itself else set_on.toordinal() if set_on else due
    ended = paid_on.toordinal() if won else today if state is MilestoneState.CANCELLED else None
    began = min(known, due, today, ended if ended is not None else today)
    return Item(county, fen if won else fen - paid_fen, began, ((DUE, due),), ended, won)


_READERS: Mapping[FigureCode, Callable[[Session, date], list[Item]]] = {FigureCode.A1: deals, FigureCode.A4: lines}
