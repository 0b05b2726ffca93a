"""How things stand, what ended, and what was gained: over random histories, against a book that reckons from the facts.

A level of the past is the same whenever it is asked for, a cut adds up to its total, what a process keeps is what the database
gives, and a rule that is left out is noticed.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import literal, select

from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, china_day, end_of
from marketplace.payments.models import Receipt
from marketplace.statistics import service
from marketplace.statistics.adding import cut, picked, total
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.desk import arrange
from marketplace.statistics.freezing import current_rows
from marketplace.statistics.proving import figures_of, verify
from marketplace.statistics.queries import FigureRow, Filter
from marketplace.statistics.rows import Rows
from marketplace.statistics.rules import Dimension, Figure, FigureCode, Period, Span
from marketplace.statistics.service import Wanted
from tests.figures import FigureWriter
from tests.personas import People
from tests.standing_history import StandingHistory
from tests.standings import StandingBook

STEPS = 30
STOCKS = (FigureCode.C9, FigureCode.C10, FigureCode.C11)
CODES = (*STOCKS, FigureCode.C12, FigureCode.C13, FigureCode.B1)
BEGINNING = date(2023, 1, 1)


def until(code: FigureCode, day: date, as_of: datetime) -> Filter:
    """All there is until a day; of a stock the period may begin anywhere."""
    first = day if code in STOCKS else BEGINNING
    return Filter(DEFINITIONS[code], Period(first, day), as_of)


def book_says(book: StandingBook, code: FigureCode, day: date, as_of: datetime) -> tuple[int, int]:
    """What is dated by the year lies in a year that is over."""
    at = as_of if code is FigureCode.B1 else min(end_of(day), as_of)
    return book.level(code, at)


def test_standings_over_a_random_history(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    clock.at = datetime.fromisoformat("2025-09-20T03:00:00+00:00")
    history = StandingHistory(FigureWriter(factory, people), clock, Random(7))
    known: dict[tuple[FigureCode, date, datetime], tuple[int, int]] = {}
    for step in range(STEPS):
        history.step()
        with factory.reading(people.city_official) as uow:
            now = clock.now()
            today = china_day(now)
            for code in CODES:
                for day in (today, today - timedelta(days=30), today + timedelta(days=200)):
                    found = total(uow, until(code, day, now))
                    assert (found.value, found.count) == book_says(history.book, code, day, now), (step, code, day)
                    known[code, day, now] = (found.value, found.count)
                wanted = until(code, today, now)
                assert sorted(picked(uow, wanted).rows()) == current_rows(uow.session, wanted), (step, code)
                for dimension in DEFINITIONS[code].dimensions:
                    assert Figure.sum(cut(uow, wanted, dimension).values()) == total(uow, wanted), (step, code)
    with factory.reading(people.city_official) as uow:
        for (code, day, as_of), level in known.items():
            found = total(uow, until(code, day, as_of))
            assert (found.value, found.count) == level == book_says(history.book, code, day, as_of), (code, day, as_of)
        _cuts_are_those_of_the_book(uow, history.book, clock.now())


def _cuts_are_those_of_the_book(uow: UnitOfWork, book: StandingBook, now: datetime) -> None:
    for code, state in ((FigureCode.C12, "lost"), (FigureCode.C13, "terminated")):
        reasons = cut(uow, until(code, china_day(now), now), Dimension.REASON)
        assert {reason: figure.value for reason, figure in reasons.items()} == book.reasons(state, now)
    gained = until(FigureCode.B1, china_day(now), now)
    years = arrange(gained.definition, gained.period, picked(uow, gained), ()).over_time(Span.YEAR)
    assert {year: part.value for year, part in years if part} == {y: fen for y, fen in book.years().items() if fen}
    for code in STOCKS:
        wanted = replace(until(code, china_day(now), now), period=Period(date(2025, 9, 1), china_day(now)))
        levels = arrange(wanted.definition, wanted.period, picked(uow, wanted), ()).levels
        for month, level in levels:
            year, number = divmod(int(month[:4]) * 12 + int(month[5:]), 12)
            at = min(now, end_of(date(year, number + 1, 1) - timedelta(days=1)))
            assert (level.value, level.count) == book.level(code, at), (code, month)
        assert levels[-1][1] == total(uow, wanted)


def _never_ending(row: FigureRow) -> FigureRow | None:
    return row if row.value > 0 else None


def _corrections_counted(row: FigureRow) -> FigureRow:
    return row._replace(counted=1)


def _known_at_once(row: FigureRow) -> FigureRow:
    return row._replace(known_at=datetime(2020, 1, 1, tzinfo=UTC))


ROW_BY_ROW: Mapping[str, tuple[Callable[[FigureRow], FigureRow | None], tuple[FigureCode, ...]]] = {
    "nothing ever ends": (_never_ending, (*STOCKS, FigureCode.B1)),
    "corrections are counted": (_corrections_counted, (*STOCKS, FigureCode.B1)),
    "known before it is recorded": (_known_at_once, (FigureCode.B1,)),
}


def _reported_too() -> Rows:
    """What was only reported shortens the list."""
    rows = DEFINITIONS[FigureCode.C10].rows().subquery().c
    at = select(Receipt.reported_at).where(literal("receipt:") + Receipt.id.cast(rows.source.type) == rows.source)
    return select(*(rows[name] for name in DEFINITIONS[FigureCode.C10].columns)).where(~at.exists())


def _sums(rows: list[FigureRow], days: Period, as_of: datetime) -> tuple[int, int]:
    counted = [row for row in rows if days.first <= row.dated <= days.last and row.known_at <= as_of]
    return sum(row.value for row in counted), sum(row.counted for row in counted)


def test_a_rule_that_is_left_out_is_noticed(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    clock.at = datetime.fromisoformat("2025-09-20T03:00:00+00:00")
    history = StandingHistory(FigureWriter(factory, people), clock, Random(3))
    moments = []
    for _ in range(120):
        history.step()
        moments.append(clock.now())
    asked = [(china_day(at), at) for at in moments]

    def differs(code: FigureCode, rows: list[FigureRow]) -> bool:
        days = [until(code, day, as_of).days for day, as_of in asked]
        return any(
            _sums(rows, period, as_of) != book_says(history.book, code, day, as_of)
            for period, (day, as_of) in zip(days, asked, strict=True)
        )

    with factory.reading() as uow:
        ever = datetime.max.replace(tzinfo=UTC)
        rows = {code: current_rows(uow.session, until(code, date(2099, 1, 1), ever)) for code in CODES}
        assert [code for code in CODES if differs(code, rows[code])] == []
        for name, (broken, codes) in ROW_BY_ROW.items():
            for code in codes:
                changed = [one for one in map(broken, rows[code]) if one is not None]
                assert differs(code, changed), (name, code)
        only_due = replace(
            until(FigureCode.C10, date(2099, 1, 1), ever),
            definition=replace(DEFINITIONS[FigureCode.C10], rows=_reported_too),
        )
        assert differs(FigureCode.C10, current_rows(uow.session, only_due))
        for code in STOCKS:
            in_period = Counter(row.source for row in rows[code] if row.dated >= asked[-1][0])
            assert len(in_period) < len(rows[code]), "a period of one day would lose what began before it"
        swapped = {FigureCode.C12: rows[FigureCode.C13], FigureCode.C13: rows[FigureCode.C12]}
        assert all(differs(code, found) for code, found in swapped.items())


@pytest.mark.parametrize("seed", [1])
def test_a_standing_is_frozen_and_proved(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, seed: int
) -> None:
    clock.at = datetime.fromisoformat("2025-09-20T03:00:00+00:00")
    history = StandingHistory(FigureWriter(factory, people), clock, Random(seed))
    for _ in range(60):
        history.step()
    day = china_day(clock.now())
    clock.forward(days=2)
    with factory.writing(people.city_official) as uow:
        frozen = service.freeze(uow, Wanted("季末", Period(date(day.year, 1, 1), day), day, CODES))
        snapshot_id = frozen.id
    for _ in range(20):
        history.step()
    with factory.reading(people.city_official) as uow:
        assert verify(uow) == (1, [])
        figures = {one.code: one for one in figures_of(uow.session, snapshot_id)}
        for code in STOCKS:
            assert (figures[code].value, figures[code].counted) == history.book.level(code, end_of(day)), code
            assert figures[code].row_count > 0, code
