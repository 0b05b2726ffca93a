"""The rows of how things stand at the end of a day: 1 when something begins, -1 when it ends, each at its moment.

All of them rest on records that are only added: decisions about listings, moves of payment plans, verified receipts, steps of
deals. A moment that lies ahead, such as that at which a line will be late, is not known before it comes, and until then what
happens may still take its row away.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from marketplace.contracts.models import Document
from marketplace.deals.models import Deal, Step
from marketplace.deals.rules import DEAL_STATES, StepKind
from marketplace.infra.database import UtcDateTime
from marketplace.listings.models import Decision
from marketplace.payments.models import DueMove, Milestone, Receipt
from marketplace.payments.rules import ReceiptKind, ReceiptState
from marketplace.results.models import Result
from marketplace.results.rules import ResultState
from marketplace.statistics.rows import (
    OPENING_DIMENSIONS,
    STOCK_DIMENSIONS,
    Column,
    Rows,
    china_day,
    days_later,
    facts,
    labelled,
    of_deal,
    source,
)

Turns = Select[*tuple[Any, ...]]
"""What changes how something stands, and when."""


def current_results() -> Rows:
    """C9. A result begins to be current when it is published, confirmed or shown again, and ends when it is no longer shown or
    was not confirmed for too long."""
    was, is_now = (state == ResultState.PUBLISHED.value for state in (Decision.from_state, Decision.to_state))
    change = case((and_(is_now, ~was), 1), else_=-1)
    columns = facts(source("decision", Decision.id), None, china_day(Decision.at), Decision.at, change, counted=change)
    return select(*columns).join(Result, Result.id == Decision.listing_id).where(is_now != was)


def overdue_payments() -> Rows:
    """C10. What of a line is late: from the moment at which its day is over until it is verified as received, put off or
    cancelled; a part that was received is taken off, a refund comes back."""
    of = _turns_of_lines().subquery().c
    in_order: dict[str, Any] = {"partition_by": of.milestone_id, "order_by": (of.at, of.place, of.id)}
    late = select(
        *of,
        (func.sum(of.step).over(**in_order) * (Milestone.fen - func.sum(of.fen).over(**in_order))).label("rest"),
    ).join(Milestone, Milestone.id == of.milestone_id)
    levels = late.subquery().c
    level = case((levels.rest > 0, cast(levels.rest, Milestone.fen.type)), else_=0)
    window: dict[str, Any] = {"partition_by": levels.milestone_id, "order_by": (levels.at, levels.place, levels.id)}
    before = select(*levels, level.label("level"), func.coalesce(func.lag(level).over(**window), 0).label("before"))
    one = before.subquery().c
    number = case((one.level > 0, 1), else_=0) - case((one.before > 0, 1), else_=0)
    dimensions = of_deal(china_day(one.at), Document.contract_type, Document.basis)
    rows = select(
        *facts(
            one.kind.concat(cast(one.id, String)).label("source"),
            Deal.id,
            china_day(one.at),
            one.at,
            one.level - one.before,
            counted=number,
        ),
        *labelled({name: dimensions[name] for name in STOCK_DIMENSIONS}),
    )
    joined = rows.join(Milestone, Milestone.id == one.milestone_id).join(Deal, Deal.id == Milestone.deal_id)
    return joined.join(Document, Document.id == Milestone.document_id).where(one.level != one.before)


def _turns_of_lines() -> Any:
    """Whatever changes how much of a line is late: it becomes late, it is put off or cancelled, something is received or sent
    back."""
    next_at = func.lead(DueMove.at, type_=UtcDateTime())
    moves = select(
        DueMove.id,
        DueMove.milestone_id,
        DueMove.late_from,
        next_at.over(partition_by=DueMove.milestone_id, order_by=DueMove.id).label("next_at"),
        func.lead(DueMove.id, type_=Integer())
        .over(partition_by=DueMove.milestone_id, order_by=DueMove.id)
        .label("next_id"),
    ).subquery()
    became_late = and_(
        moves.c.late_from.is_not(None), or_(moves.c.next_at.is_(None), moves.c.next_at > moves.c.late_from)
    )
    received = case((Receipt.kind == ReceiptKind.PAYMENT, Receipt.fen), else_=-Receipt.fen)

    def turn(kind: str, place: int, id_: Column, line: Column, at: Column, step: int, fen: Column) -> Turns:
        return select(
            literal(kind + ":").label("kind"),
            literal(place).label("place"),
            id_.label("id"),
            line.label("milestone_id"),
            at.label("at"),
            literal(step).label("step"),
            fen.label("fen"),
        )

    nothing = cast(literal(0), Milestone.fen.type)
    of = moves.c
    return union_all(
        turn("late", 1, of.id, of.milestone_id, of.late_from, 1, nothing).where(became_late),
        turn("moved", 0, of.next_id, of.milestone_id, of.next_at, -1, nothing).where(
            became_late, of.next_at.is_not(None)
        ),
        turn("receipt", 2, Receipt.id, Receipt.milestone_id, Receipt.verified_at, 0, received).where(
            Receipt.state == ReceiptState.VERIFIED
        ),
    )


def stalled_deals() -> Rows:
    """C11. A deal stalls once nobody has taken a step for the days its stage allows, and until the next step."""
    stages = _stages().subquery().c
    days = case({state.value: days for state, days in DEAL_STATES.timers}, value=stages.state)
    of = (
        select(*stages, days_later(stages.at, cast(days, Integer)).label("until")).where(days.is_not(None)).subquery().c
    )
    began = _turn("stalled", of.id, of.deal_id, of.until, 1).where(or_(of.next_at.is_(None), of.next_at > of.until))
    ended = _turn("step", of.next_id, of.deal_id, of.next_at, -1).where(of.next_at > of.until)
    one = union_all(began, ended).subquery().c
    day = china_day(one.at)
    dimensions = of_deal(day, cast(null(), String), cast(null(), String))
    named = one.kind.concat(cast(one.id, String)).label("source")
    return select(
        *facts(named, one.deal_id, day, one.at, one.step, counted=one.step),
        *labelled({name: dimensions[name] for name in OPENING_DIMENSIONS}),
    ).join(Deal, Deal.id == one.deal_id)


def _turn(kind: str, id_: Column, deal_id: Column, at: Column, step: int) -> Turns:
    return select(
        literal(kind + ":").label("kind"),
        id_.label("id"),
        deal_id.label("deal_id"),
        at.label("at"),
        literal(step).label("step"),
    )


def _stages() -> Turns:
    """Each step with the stage the deal is in after it, and the step that follows. A term that runs out is no step."""
    in_order: dict[str, Any] = {"partition_by": Step.deal_id, "order_by": Step.id}
    moves = select(
        Step.id,
        Step.deal_id,
        Step.at,
        case((Step.kind == StepKind.DEAL, Step.action)).label("action"),
        func.count(case((Step.kind == StepKind.DEAL, 1))).over(**in_order).label("stage"),
    ).where(or_(Step.user_id.is_not(None), Step.kind == StepKind.DEAL))
    of = moves.subquery().c
    targets = {one.action: one.target.value for one in DEAL_STATES.transitions} | {"open": DEAL_STATES.initial.value}
    entered: ColumnElement[Any] = case(targets, value=of.action)
    following: dict[str, Any] = {"partition_by": of.deal_id, "order_by": of.id}
    return select(
        of.id,
        of.deal_id,
        of.at,
        func.max(entered).over(partition_by=(of.deal_id, of.stage)).label("state"),
        func.lead(of.at, type_=UtcDateTime()).over(**following).label("next_at"),
        func.lead(of.id, type_=Integer()).over(**following).label("next_id"),
    )
