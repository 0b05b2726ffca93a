"""What five years would have left beside the deals: their steps, when their payments were due, and decisions about results."""

from typing import Any

from sqlalchemy import Select, and_, insert, literal, select
from sqlalchemy.orm import Session

from benchmarks.figures.crowd import FIRST
from marketplace.deals.models import Deal, Step
from marketplace.deals.rules import DealState, StepKind
from marketplace.infra.database import Base
from marketplace.listings.models import Decision
from marketplace.payments.models import DueMove, Milestone
from marketplace.results.models import Result
from marketplace.results.rules import ResultState
from marketplace.statistics.rows import china_day, days_later

DUE_DAYS = 150
"""A payment is late so many days after its contract came into force."""

CURRENT_DAYS = 200
"""A result stays current for so long."""

STEPS = ("open", "draft", "send", "enter_into_force", "perform")
"""What each deal has behind it when it is performed; nine places are kept for each."""


def write_history(session: Session, officer: int) -> None:
    """Write it by statements over the deals and results that are there; `officer` is the user who did everything."""
    for place, action in enumerate(STEPS):
        _insert(session, Step, _step(place, officer, action, Deal.in_force_at).where(Deal.id >= FIRST))
    for state, action in ((DealState.COMPLETED, "complete"), (DealState.TERMINATED, "terminate")):
        ended = _step(len(STEPS), officer, action, Deal.moved_at)
        _insert(session, Step, ended.where(Deal.id >= FIRST, Deal.state == state))
    in_force = select(
        Milestone.id.label("id"),
        Milestone.id.label("milestone_id"),
        Deal.in_force_at.label("at"),
        china_day(days_later(Deal.in_force_at, DUE_DAYS - 1)).label("due_on"),
        days_later(Deal.in_force_at, DUE_DAYS).label("late_from"),
    ).join(Deal, Deal.id == Milestone.deal_id)
    _insert(session, DueMove, in_force.where(Deal.id >= FIRST))
    of_results = and_(Result.id >= FIRST, Result.published_at.is_not(None))
    shown = _decision(0, officer, "approve", ResultState.COUNTY_REVIEW, ResultState.PUBLISHED, Result.published_at)
    _insert(session, Decision, shown.where(of_results))
    over = days_later(Result.published_at, CURRENT_DAYS)
    ended = _decision(1, officer, "expire", ResultState.PUBLISHED, ResultState.EXPIRED, over)
    newest = select(Result.published_at).order_by(Result.published_at.desc()).limit(1).scalar_subquery()
    _insert(session, Decision, ended.where(of_results, over < newest))


def _step(place: int, officer: int, action: str, at: Any) -> Select[Any]:
    return select(
        (Deal.id * 9 + place).label("id"),
        Deal.id.label("deal_id"),
        at.label("at"),
        literal(officer).label("user_id"),
        literal(StepKind.DEAL.value).label("kind"),
        Deal.id.label("object_id"),
        literal(action).label("action"),
        literal("").label("reason"),
    )


def _decision(place: int, officer: int, action: str, was: ResultState, is_now: ResultState, at: Any) -> Select[Any]:
    return select(
        (Result.id * 2 + place).label("id"),
        Result.id.label("listing_id"),
        at.label("at"),
        literal(officer).label("user_id"),
        literal(action).label("action"),
        literal(was.value).label("from_state"),
        literal(is_now.value).label("to_state"),
        literal("").label("reason"),
        literal({}, Decision.field_notes.type).label("field_notes"),
    )


def _insert(session: Session, model: type[Base], rows: Select[Any]) -> None:
    session.execute(insert(model).from_select(list(rows.selected_columns.keys()), rows, include_defaults=False))
