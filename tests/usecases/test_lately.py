"""What figures have changed by since a day. Today is Friday 20 November 2026 in China, and the last seven days begin on the 14th.

A change is made of what has come on record, whenever it is dated; a figure as it was and its change add up to what it is.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, day_begins
from marketplace.kernel.permissions import Actor
from marketplace.statistics.adding import picked, total
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.freezing import current_rows
from marketplace.statistics.lately import lately, week_before
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import Figure, FigureCode, year_to
from marketplace.statistics.wall import wall
from tests.figures import FigureWriter
from tests.personas import People
from tests.world import NOW

TODAY, WEEK_BEGINS = date(2026, 11, 20), date(2026, 11, 14)
YEAR = year_to(TODAY)
CODES = ["qingzhou", "shouguang", "zhucheng", "gaomi"]


@pytest.fixture
def case(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    """In March 300,000 are signed, in Qingzhou for Shouguang. On record since the last moment before the week: 100,000 received.
    Since its first moment: another 50,000, dated in June. Since then: 120,000 less, and a contract between two other counties."""
    add = FigureWriter(factory, people)
    clock.at = datetime(2026, 3, 10, 2, tzinfo=UTC)
    add.contract(1, "qingzhou", "shouguang", date(2026, 3, 10), 30_000_000)
    clock.at = day_begins(WEEK_BEGINS) - timedelta(microseconds=1)
    add.receipt(1, date(2026, 6, 1), 10_000_000)
    clock.at = day_begins(WEEK_BEGINS)
    add.receipt(1, date(2026, 6, 2), 5_000_000)
    clock.at = NOW - timedelta(hours=1)
    add.termination(1, date(2026, 11, 19), -12_000_000)
    add.contract(2, "zhucheng", "gaomi", date(2026, 11, 19), 7_000_000)
    clock.at = NOW


def changes(factory: UnitOfWorkFactory, actor: Actor, since: date = WEEK_BEGINS) -> dict[FigureCode, Figure]:
    with factory.reading(actor) as uow:
        return {code: lately(uow, code, YEAR, since).change for code in (FigureCode.A1, FigureCode.A4, FigureCode.C4)}


def test_the_week_has_seven_days_with_today(case: None) -> None:
    assert week_before(TODAY) == WEEK_BEGINS


def test_a_change_is_what_has_come_on_record(factory: UnitOfWorkFactory, people: People, case: None) -> None:
    assert changes(factory, people.city_official) == {
        FigureCode.A1: Figure(-5_000_000, 1),
        FigureCode.A4: Figure(5_000_000, 1),
        FigureCode.C4: Figure(1, 1),
    }
    yesterday = changes(factory, people.city_official, TODAY)
    assert (yesterday[FigureCode.A1], yesterday[FigureCode.A4]) == (Figure(-5_000_000, 1), Figure())


def test_a_county_sees_the_changes_of_its_own_deals(factory: UnitOfWorkFactory, people: People, case: None) -> None:
    assert changes(factory, people.county_official)[FigureCode.A1] == Figure(-12_000_000, 0)
    assert changes(factory, people.other_official)[FigureCode.A1] == Figure(7_000_000, 1)


def test_what_a_figure_was_and_its_change_are_what_it_is(
    factory: UnitOfWorkFactory, people: People, case: None
) -> None:
    with factory.reading(people.city_official) as uow:
        for code, definition in DEFINITIONS.items():
            before = Filter(definition, YEAR, day_begins(WEEK_BEGINS) - timedelta(microseconds=1))
            found = lately(uow, code, YEAR, WEEK_BEGINS)
            assert total(uow, before) + found.change == found.total, code


def test_rows_that_are_asked_for_since_a_day_are_those_of_the_change(
    factory: UnitOfWorkFactory, people: People, case: None
) -> None:
    wanted = Filter(DEFINITIONS[FigureCode.A4], YEAR, NOW, since=day_begins(WEEK_BEGINS))
    with factory.reading(people.city_official) as uow:
        rows = picked(uow, wanted).rows()
        assert [row.dated for row in rows] == [date(2026, 6, 2)]
        assert [row.source for row in current_rows(uow.session, wanted)] == [row.source for row in rows]


def test_the_latest_come_first(factory: UnitOfWorkFactory, people: People, case: None) -> None:
    with factory.reading(people.city_official) as uow:
        rows = lately(uow, FigureCode.A1, YEAR, YEAR.first).fresh.latest(2).rows()
    assert [row.value for row in rows] == [7_000_000, -12_000_000]


def test_months_and_counties_on_the_wall_add_up_to_its_figures(
    factory: UnitOfWorkFactory, people: People, case: None
) -> None:
    for actor in (people.city_official, people.county_official):
        with factory.reading(actor) as uow:
            found = wall(uow, CODES)
        for lines in (found.months, found.sellers):
            assert (
                tuple(Figure.sum(line.parts[place] or Figure() for line in lines) for place in (0, 1)) == found.totals
            )


def test_the_wall_of_the_city_has_every_county_and_that_of_a_county_its_own(
    factory: UnitOfWorkFactory, people: People, case: None
) -> None:
    with factory.reading(people.city_official) as uow:
        assert [line.name for line in wall(uow, CODES).sellers] == CODES
    with factory.reading(people.other_official) as uow:
        found = wall(uow, CODES)
    assert found.counties == frozenset({"gaomi"})
    assert [line.name for line in found.sellers] == ["zhucheng", "gaomi"]


def test_what_the_list_of_counties_lacks_is_shown_after_it(factory: UnitOfWorkFactory, people: People) -> None:
    add = FigureWriter(factory, people)
    add.contract(1, None, "shouguang", date(2026, 3, 10), 1_000_000)
    add.contract(2, "elsewhere", "shouguang", date(2026, 3, 10), 2_000_000)
    with factory.reading(people.city_official) as uow:
        found = wall(uow, CODES)
    assert [line.name for line in found.sellers] == [*CODES, "elsewhere", None]
