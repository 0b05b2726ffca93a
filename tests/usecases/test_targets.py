"""Targets: set by the city with a reason, never overwritten, compared with what the figures' own rows add up to.

Today is Friday 20 November 2026 in China.
"""

import threading
from datetime import date

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, china_day, end_of
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.rules import FigureCode
from marketplace.targets import service
from marketplace.targets.policy import targets_for
from marketplace.targets.queries import Asked, TargetsPage, newest_id, standings, targets_page
from marketplace.targets.rules import Basis, Standing
from tests.crowd import run_at_once
from tests.figures import FigureWriter
from tests.personas import People, another_city_official

CODES = ["qingzhou", "shouguang", "zhucheng"]
TODAY = date(2026, 11, 20)
A1, C1, C4, C8 = FigureCode.A1, FigureCode.C1, FigureCode.C4, FigureCode.C8
Values = dict[str | None, int | None]


def set_(factory: UnitOfWorkFactory, actor: Actor, values: Values, code: FigureCode = A1, year: int = 2026) -> None:
    with factory.writing(actor) as uow:
        service.set_targets(uow, year, code, values, "市总工会文件", newest_id(uow.session, year, code))


def page(factory: UnitOfWorkFactory, actor: Actor, code: FigureCode = A1, day: date | None = None) -> TargetsPage:
    with factory.reading(actor) as uow:
        today = china_day(uow.now())
        as_of = uow.now() if day in {None, today} else end_of(day or today)
        return targets_page(uow, Asked(DEFINITIONS[code], 2026, day or today, as_of), CODES)


def by_county(found: TargetsPage) -> dict[str | None, tuple[int | None, int]]:
    return {line.county: (line.standing.target, line.standing.reached) for line in found.counties}


def test_a_county_reaches_what_it_sells_and_the_city_every_contract_once(
    factory: UnitOfWorkFactory, people: People
) -> None:
    writer = FigureWriter(factory, people)
    writer.contract(1, "qingzhou", "shouguang", date(2026, 3, 1), 600)
    writer.contract(2, "shouguang", "shouguang", date(2026, 5, 1), 300)
    writer.contract(3, None, "zhucheng", date(2026, 6, 1), 50)
    writer.contract(4, "qingzhou", "zhucheng", date(2025, 12, 31), 999)
    writer.termination(1, date(2026, 10, 1), -100)
    set_(factory, people.city_official, {None: 2000, "qingzhou": 1000, "shouguang": 500})
    found = page(factory, people.city_official)
    assert by_county(found) == {"qingzhou": (1000, 500), "shouguang": (500, 300), "zhucheng": (None, 0)}
    assert found.city is not None
    assert found.city.standing == Standing(2000, 850)
    assert found.unplaced is not None
    assert found.unplaced.standing.reached == 50
    assert (found.counties_set, found.basis, found.cases) == (1500, Basis.TOO_FEW, 0)


def test_a_change_is_another_row_and_what_was_the_target_can_be_told_for_any_day(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    set_(factory, people.city_official, {None: 2000, "qingzhou": 1000})
    clock.forward(days=10)
    set_(factory, people.city_official, {None: 2000, "qingzhou": 800})
    clock.forward(days=10)
    set_(factory, people.city_official, {"qingzhou": None})
    targets = {day: by_county(page(factory, people.city_official, day=date(2026, *day)))["qingzhou"][0] for day in (
        (11, 19), (11, 20), (11, 29), (11, 30), (12, 9), (12, 10)
    )}  # fmt: skip
    assert targets == {
        (11, 19): None, (11, 20): 1000, (11, 29): 1000, (11, 30): 800, (12, 9): 800, (12, 10): None
    }  # fmt: skip
    history = page(factory, people.city_official).history
    assert [(one.target.county, one.target.value, one.author) for one in history] == [
        ("qingzhou", None, "褚工会"),
        ("qingzhou", 800, "褚工会"),
        ("qingzhou", 1000, "褚工会"),
        (None, 2000, "褚工会"),
    ]


def test_the_database_refuses_to_change_a_target(factory: UnitOfWorkFactory, people: People) -> None:
    set_(factory, people.city_official, {None: 2000})
    for statement in ("UPDATE targets SET value = 1", "DELETE FROM targets"):
        with pytest.raises(DBAPIError, match="only added to"), factory.writing() as uow:
            uow.session.execute(text(statement))


def test_only_the_city_sets_targets_and_a_county_sees_its_own(factory: UnitOfWorkFactory, people: People) -> None:
    for actor in (people.county_official, people.administrator, people.company_admin):
        with pytest.raises(NotPermitted):
            set_(factory, actor, {"qingzhou": 1})
    set_(factory, people.city_official, {None: 2000, "qingzhou": 1000, "shouguang": 500})
    found = page(factory, people.county_official)
    assert found.city is None
    assert by_county(found) == {"qingzhou": (1000, 0)}
    assert [one.target.county for one in found.history] == ["qingzhou"]
    with factory.reading(people.company_admin) as uow, pytest.raises(NotFound):
        targets_page(uow, Asked(DEFINITIONS[A1], 2026, TODAY, uow.now()), CODES)


def test_a_figure_without_counties_is_the_citys_and_shares_have_no_target(
    factory: UnitOfWorkFactory, people: People
) -> None:
    set_(factory, people.city_official, {None: 100}, C1)
    found = page(factory, people.city_official, C1)
    assert (found.has_counties, found.basis) == (False, Basis.STRAIGHT_LINE)
    with pytest.raises(InvalidInput):
        set_(factory, people.city_official, {"qingzhou": 1}, C1)
    with pytest.raises(NotFound):
        set_(factory, people.city_official, {None: 1}, C8)


@pytest.mark.parametrize("code", ["B1", "C9", "C10", "C11", "C12", "C13"])
def test_what_stands_at_a_day_is_worse_for_more_or_comes_at_once_has_no_target(
    factory: UnitOfWorkFactory, people: People, code: str
) -> None:
    """Overdue money at mid-year does not double by December, and more of it is not ahead of the year."""
    with pytest.raises(NotFound):
        set_(factory, people.city_official, {None: 1}, FigureCode(code))


def test_every_figure_with_a_target_adds_up_over_the_year(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.reading(people.city_official) as uow:
        found = targets_for(uow.actor)
    assert [one.code for one in found if one.is_stock or one.is_share] == []
    assert [one.code.value for one in found] == [
        "A0",
        "A1",
        "A2",
        "A3",
        "A4",
        "A4r",
        "A5",
        "A6",
        "C1",
        "C3",
        "C4",
        "C6",
    ]


def test_a_figure_without_a_pipeline_goes_on_in_a_straight_line(factory: UnitOfWorkFactory, people: People) -> None:
    writer = FigureWriter(factory, people)
    for number in range(3):
        writer.contract(number, "qingzhou", "shouguang", TODAY, 100)
    found = page(factory, people.city_official, C4)
    assert found.city is not None
    assert (found.basis, found.city.ends) == (Basis.STRAIGHT_LINE, (round(3 * 365 / 324),))


@pytest.mark.parametrize(
    ("values", "reason", "field"),
    [
        ({None: -1}, "文件", "city"),
        ({None: 0}, "文件", "city"),
        ({"qingzhou": 10**15 + 1}, "文件", "county_qingzhou"),
        ({None: 5}, " ", "reason"),
    ],
)
def test_what_cannot_be_taken_is_told_beside_its_field(
    factory: UnitOfWorkFactory, people: People, values: Values, reason: str, field: str
) -> None:
    with factory.writing(people.city_official) as uow, pytest.raises(InvalidInput) as error:
        service.set_targets(uow, 2026, A1, values, reason, 0)
    assert list(error.value.fields) == [field]


def test_neither_an_unknown_county_nor_an_unchanged_sheet_nor_a_far_year_is_taken(
    factory: UnitOfWorkFactory, people: People
) -> None:
    set_(factory, people.city_official, {None: 2000})
    wrong: list[tuple[Values, int]] = [
        ({"beijing": 1}, 2026),
        ({None: 2000, "qingzhou": None}, 2026),
        ({None: 1}, 2050),
    ]
    for values, year in wrong:
        with pytest.raises(InvalidInput):
            set_(factory, people.city_official, values, year=year)


def test_whoever_saw_an_older_sheet_is_told_and_overwrites_nothing(factory: UnitOfWorkFactory, people: People) -> None:
    set_(factory, people.city_official, {None: 2000})
    second = another_city_official(factory)
    with factory.writing(second) as uow, pytest.raises(InvalidInput, match="meanwhile"):
        service.set_targets(uow, 2026, A1, {None: 1}, "文件", seen=0)


def test_of_two_officials_at_once_one_is_told(factory: UnitOfWorkFactory, people: People) -> None:
    set_(factory, people.city_official, {None: 2000})
    with factory.reading() as uow:
        seen = newest_id(uow.session, 2026, A1)
    outcomes: list[str] = []

    def press(official: Actor, value: int) -> None:
        try:
            with factory.writing(official) as uow:
                service.set_targets(uow, 2026, A1, {None: value}, "文件", seen)
            outcomes.append("set")
        except (Conflict, InvalidInput):
            outcomes.append("told")

    second = another_city_official(factory)
    run_at_once([lambda: press(people.city_official, 1), lambda: press(second, 2)])
    assert sorted(outcomes) == ["set", "told"]


def test_who_changes_a_target_while_another_reads_the_sheet_overwrites_nothing(
    factory: UnitOfWorkFactory, people: People
) -> None:
    """Between two statements of the second official the first one's change is committed, where the database lets it."""
    set_(factory, people.city_official, {None: 2000})
    with factory.reading() as uow:
        seen = newest_id(uow.session, 2026, A1)
    second = another_city_official(factory)
    outcomes: list[str] = []

    def press(official: Actor, value: int) -> None:
        try:
            with factory.writing(official) as uow:
                service.set_targets(uow, 2026, A1, {None: value}, "文件", seen)
            outcomes.append("set")
        except (Conflict, InvalidInput):
            outcomes.append("told")

    first = threading.Thread(target=press, args=(people.city_official, 1))

    def between(*said: object) -> None:
        if "FROM targets" in str(said[2]) and first.ident is None:
            first.start()
            first.join(1)  # SQLite lets nobody in before the second one is done.

    event.listen(factory.engine, "after_cursor_execute", between)
    try:
        press(second, 2)
    finally:
        event.remove(factory.engine, "after_cursor_execute", between)
        first.join()
    assert sorted(outcomes) == ["set", "told"]


def test_the_standings_are_those_of_the_readers_places(factory: UnitOfWorkFactory, people: People) -> None:
    writer = FigureWriter(factory, people)
    writer.contract(1, "qingzhou", "shouguang", date(2026, 3, 1), 600)
    set_(factory, people.city_official, {None: 2000, "qingzhou": 1000, "shouguang": 500})
    set_(factory, people.city_official, {None: 9}, C1)
    with factory.reading(people.city_official) as uow:
        assert standings(uow, TODAY, uow.now()) == [(A1, None, Standing(2000, 600)), (C1, None, Standing(9, 1))]
    with factory.reading(people.county_official) as uow:
        assert standings(uow, TODAY, uow.now()) == [(A1, "qingzhou", Standing(1000, 600))]
    with factory.reading(people.other_official) as uow:
        assert standings(uow, TODAY, uow.now()) == []
