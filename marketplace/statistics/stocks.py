"""The rows of how things stand at the end of a day: 1 when something begins, -1 when it ends, each at its moment.

All of them rest on records that are only added: decisions about listings, moves of payment plans, verified receipts, steps of
deals. A moment that lies ahead, such as that at which a line will be late, is not known before it comes, and until then what
happens may still take its row away.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
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
    type_coerce,
    union_all,
)
from sqlalchemy.orm import aliased

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
    in_order: dict[str, Any] = {"partition_by": (of.deal_id, of.milestone_id), "order_by": (of.at, of.place, of.id)}
    is_late, received = func.sum(of.step).over(**in_order), func.sum(of.received).over(**in_order)
    late = (
        select(*of, case((and_(is_late == 1, received < of.fen), of.fen - received), else_=0).label("late"))
        .subquery()
        .c
    )
    in_turn: dict[str, Any] = {
        "partition_by": (late.deal_id, late.milestone_id),
        "order_by": (late.at, late.place, late.id),
    }
    one = select(*late, func.lag(late.late, 1, 0).over(**in_turn).label("before")).subquery().c
    number = case((one.late > 0, 1), else_=0) - case((one.before > 0, 1), else_=0)
    at = type_coerce(one.at, UtcDateTime())
    fen = cast(one.late - one.before, Milestone.fen.type)
    dimensions = of_deal(china_day(at), Document.contract_type, Document.basis)
    rows = select(
        *facts(
            one.kind.concat(cast(one.id, String)).label("source"), one.deal_id, china_day(at), at, fen, counted=number
        ),
        *labelled({name: dimensions[name] for name in STOCK_DIMENSIONS}),
    )
    joined = rows.join(Deal, Deal.id == one.deal_id).join(Document, Document.id == one.document_id)
    return joined.where(one.late != one.before)


def _turns_of_lines() -> Any:
    """Whatever changes how much of a line is late: it becomes late, it is put off or cancelled, something is received or sent
    back."""
    line: dict[str, Any] = {"partition_by": (Milestone.deal_id, DueMove.milestone_id), "order_by": DueMove.id}
    moves = select(
        DueMove.id,
        DueMove.late_from,
        func.lead(DueMove.at, type_=UtcDateTime()).over(**line).label("next_at"),
        func.lead(DueMove.id, type_=Integer()).over(**line).label("next_id"),
        DueMove.milestone_id,
        Milestone.deal_id,
        Milestone.document_id,
        Milestone.fen,
    ).join(Milestone, Milestone.id == DueMove.milestone_id)
    of = moves.subquery().c
    became_late = and_(of.late_from.is_not(None), or_(of.next_at.is_(None), of.next_at > of.late_from))
    lines = (of.milestone_id, of.deal_id, of.document_id, of.fen)
    fen = case((Receipt.kind == ReceiptKind.PAYMENT, Receipt.fen), else_=-Receipt.fen)
    receipts = _turn("receipt", 2, Receipt.id, Receipt.verified_at, 0, fen, _LINE)
    return union_all(
        _turn("late", 1, of.id, of.late_from, 1, literal(0), lines).where(became_late),
        _turn("moved", 0, of.next_id, of.next_at, -1, literal(0), lines).where(became_late, of.next_at.is_not(None)),
        receipts.join(Milestone, Milestone.id == Receipt.milestone_id).where(Receipt.state == ReceiptState.VERIFIED),
    )


_LINE = (Receipt.milestone_id, Receipt.deal_id, Milestone.document_id, Milestone.fen)


def _turn(kind: str, place: int, id_: Column, at: Column, step: int, received: Column, line: Sequence[Column]) -> Turns:
    """One kind of turn of lines; those of the same moment follow in the order of their places."""
    return select(
        literal(kind + ":").label("kind"),
        literal(place).label("place"),
        id_.label("id"),
        at.label("at"),
        literal(step).label("step"),
        received.label("received"),
        *line,
    )


def stalled_deals() -> Rows:
    """C11. A deal stalls once nobody has taken a step for the days its stage allows, and until the next step."""
    stages = _stages().subquery().c
    days = cast(case({state.value: days for state, days in DEAL_STATES.timers}, value=stages.state), Integer)
    of = select(*stages, days_later(stages.at, days).label("until")).where(days.is_not(None)).subquery().c
    # Each standstill is read once, and has two ends.
    ends = union_all(*(select(literal(step).label("step")) for step in (1, -1))).subquery()
    begins = ends.c.step == 1
    at = type_coerce(case((begins, of.until), else_=of.next_at), UtcDateTime())
    named = case(
        (begins, literal("stalled:").concat(cast(of.id, String))),
        else_=literal("step:").concat(cast(of.next_id, String)),
    )
    day = china_day(at)
    dimensions = of_deal(day, cast(null(), String), cast(null(), String))
    rows = select(
        *facts(named.label("source"), of.deal_id, day, at, ends.c.step, counted=ends.c.step),
        *labelled({name: dimensions[name] for name in OPENING_DIMENSIONS}),
    ).join(Deal, Deal.id == of.deal_id)
    stalled = or_(of.next_at.is_(None), of.next_at > of.until)
    return rows.join(ends, or_(begins, of.next_at.is_not(None))).where(stalled)


def _stages() -> Turns:
    """Steps after which nothing was done for some time, with the stage the deal is in then, and the step that follows. A term
    that runs out is no step."""
    following: dict[str, Any] = {"partition_by": Step.deal_id, "order_by": Step.id}
    steps = select(
        Step.id,
        Step.deal_id,
        Step.at,
        func.lead(Step.at, type_=UtcDateTime()).over(**following).label("next_at"),
        func.lead(Step.id, type_=Integer()).over(**following).label("next_id"),
    ).where(or_(Step.user_id.is_not(None), Step.kind == StepKind.DEAL))
    of, move = steps.subquery().c, aliased(Step)
    last_move = (
        select(move.action)
        .where(move.deal_id == of.deal_id, move.kind == StepKind.DEAL, move.id <= of.id)
        .order_by(move.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    targets = {one.action: one.target.value for one in DEAL_STATES.transitions} | {"open": DEAL_STATES.initial.value}
    shortest = min(days for _, days in DEAL_STATES.timers)
    rests = or_(of.next_at.is_(None), of.next_at > days_later(of.at, shortest))
    return select(*of, case(targets, value=last_move).label("state")).where(rests)
