"""The rows of a figure as the book of a history has them: when something changes, by how much, and what it is cut by."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, select, text
from sqlalchemy.orm import Session

from marketplace.benefits.models import BenefitEntry
from marketplace.deals.models import Deal, Step
from marketplace.deals.rules import DEAL_STATES, DealState
from marketplace.infra.database import UtcDateTime
from marketplace.kernel.clock import china_day, day_begins
from marketplace.listings.models import Decision
from marketplace.payments.models import DueMove, Milestone, Receipt
from marketplace.statistics.definition import Definition
from marketplace.statistics.rules import Dimension, FigureCode
from tests.standing_history import StandingHistory
from tests.standings import Facts, Level

Turn = tuple[int | None, datetime, date, tuple[Any, ...]]
"""The deal, since when it is on record, its day, and what it is cut by."""

Turns = Mapping[Turn, Level]
"""By how much value and number change in each turn."""

Records = dict[str, tuple[int | None, datetime | None]]
"""Of what a row rests on the deal, and the moment."""

_INSTANT = timedelta(microseconds=1)


def records_of(session: Session, history: StandingHistory) -> Records:
    """Every record a row may rest on, by its name."""
    found = _standstills(session, history)
    lines = {line.id: line for line in session.scalars(select(Milestone))}
    for move in session.scalars(select(DueMove)):
        deal_id = lines[move.milestone_id].deal_id
        found |= {f"late:{move.id}": (deal_id, move.late_from), f"moved:{move.id}": (deal_id, move.at)}
    for step in session.scalars(select(Step)):
        found |= {f"step:{step.id}": (step.deal_id, step.at)}
    found |= {f"receipt:{one.id}": (one.deal_id, one.verified_at) for one in session.scalars(select(Receipt))}
    found |= {f"deal:{one.id}": (one.id, one.ended_at) for one in session.scalars(select(Deal))}
    found |= {f"decision:{one.id}": (None, one.at) for one in session.scalars(select(Decision))}
    entries = session.scalars(select(BenefitEntry))
    return found | {f"benefit:{one.declaration_id}": (None, one.recorded_at) for one in entries}


def _standstills(session: Session, history: StandingHistory) -> Records:
    """The steps after which nothing was done for long enough, with the moment at which it was."""
    found: Records = {}
    for number, steps in history.book.steps.items():
        deal_id = history.writer.deals[number]
        ids = select(Step.id).where(Step.deal_id == deal_id, Step.action != "lapse").order_by(Step.id)
        for step_id, (moment, state) in zip(session.scalars(ids), steps, strict=True):
            if days := DEAL_STATES.days_allowed(DealState(state)):
                found[f"stalled:{step_id}"] = (deal_id, moment + timedelta(days=days))
    return found


def turns_of(session: Session, definition: Definition, sql: str, records: Records) -> Turns:
    """The rows that a statement gives, those of one turn added up. Raises AssertionError or KeyError where one rests on nothing
    that happened then."""
    rows = session.execute(text(sql.replace(":", r"\:")).columns(dated=Date, known_at=UtcDateTime)).mappings().all()
    assert len({row["source"] for row in rows}) == len(rows), "a row twice"
    assert all((row["deal_id"], row["known_at"]) == records[row["source"]] for row in rows), "a row of something else"
    assert not any(row["whole"] for row in rows), "a whole of what is no share"
    assert all(row["value"] or row["counted"] for row in rows if definition.is_stock), "a row that says nothing"
    found: defaultdict[Turn, Counter[str]] = defaultdict(Counter)
    for row in rows:
        cut_by = tuple(row[one.value] for one in definition.dimensions)
        turn = (row["deal_id"], row["known_at"], row["dated"], cut_by)
        found[turn].update({"value": row["value"], "counted": row["counted"]})
    sums = {turn: (sums["value"], sums["counted"]) for turn, sums in found.items()}
    return {turn: level for turn, level in sums.items() if level != (0, 0)}


def turns_in_the_book(history: StandingHistory, definition: Definition) -> Turns:
    """The same, reckoned from the facts."""
    found: Counter[tuple[Turn, str]] = Counter()
    for number, moment, day, (value, counted), facts in _WAYS[definition.code](history):
        deal_id = history.writer.deals[number] if number else None
        cut_by = tuple(facts[one] for one in definition.dimensions)
        found[(deal_id, moment, day, cut_by), "value"] += value
        found[(deal_id, moment, day, cut_by), "counted"] += counted
    turns = {turn for turn, _ in found}
    levels = {turn: (found[turn, "value"], found[turn, "counted"]) for turn in turns}
    return {turn: level for turn, level in levels.items() if level != (0, 0)}


Steps = Iterable[tuple[int | None, datetime, date, Level, Facts]]


def _levels(number: int | None, moments: Iterable[datetime], level: Callable[[datetime], Level], facts: Facts) -> Steps:
    """Whatever changes a level: at these moments it may."""
    for moment in sorted(set(moments)):
        before, after = level(moment - _INSTANT), level(moment)
        yield number, moment, china_day(moment), (after[0] - before[0], after[1] - before[1]), facts


def _current(history: StandingHistory) -> Steps:
    for result in history.book.shown.values():
        moments = [moment for moment, _ in result]

        def level(at: datetime, decisions: list[tuple[datetime, str]] = result) -> Level:
            states = [state for moment, state in decisions if moment <= at]
            return (1, 1) if states[-1:] == ["published"] else (0, 0)

        yield from _levels(None, moments, level, {})


def _late(history: StandingHistory) -> Steps:
    for (number, _), line in history.book.lines.items():
        over = [day_begins(day + timedelta(days=1)) for _, day in line.days if day]
        moments = [*over, *(moment for moment, _ in line.days), *(moment for moment, _ in line.paid)]

        def level(at: datetime, late: Callable[[datetime], int] = line.late) -> Level:
            return late(at), int(late(at) > 0)

        yield from _levels(number, moments, level, history.book.facts[number])


def _stalled(history: StandingHistory) -> Steps:
    for number, steps in history.book.steps.items():
        allowed = [(moment, DEAL_STATES.days_allowed(DealState(state))) for moment, state in steps]
        over = [moment + timedelta(days=days) for moment, days in allowed if days]
        moments = [*over, *(moment for moment, _ in steps)]

        def level(at: datetime, deal: int = number) -> Level:
            stalled = int(history.book.is_stalled(deal, at))
            return stalled, stalled

        yield from _levels(number, moments, level, history.book.facts[number])


def _ended(kind: str) -> Callable[[StandingHistory], Steps]:
    def steps(history: StandingHistory) -> Steps:
        for moment, state, reason, number in history.book.ended:
            day = china_day(moment)
            known = {Dimension.REASON: reason, Dimension.MONTH: f"{day:%Y-%m}"}
            facts = history.book.facts[number] | known | {Dimension.RELATED: history.book.related(number, moment)}
            if state == kind:
                yield number, moment, day, (1, 1), facts

    return steps


def _gained(history: StandingHistory) -> Steps:
    for (moment, year, fen, counted), facts in zip(history.book.gained, history.book.gained_by, strict=True):
        yield None, moment, date(year, 12, 31), (fen, counted), facts | {Dimension.MONTH: f"{year}-12"}


_WAYS: Mapping[FigureCode, Callable[[StandingHistory], Steps]] = {
    FigureCode.C9: _current,
    FigureCode.C10: _late,
    FigureCode.C11: _stalled,
    FigureCode.C12: _ended("lost"),
    FigureCode.C13: _ended("terminated"),
    FigureCode.B1: _gained,
}
