"""Sheets of deals made outside the platform: read, looked through, entered once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO

import pytest

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.uploads import Upload
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.offline import importing
from marketplace.offline.importing import PlannedRow
from marketplace.offline.queries import Sum
from tests.crowd import run_at_once
from tests.factories import make_signed
from tests.offline import OTHER_ROW, ROW, TOLD, entered, pairs, total, uploaded
from tests.personas import People

WRONG = (*ROW[:6], "面议", *ROW[7:])


def planned(factory: UnitOfWorkFactory, actor: Actor, import_id: int) -> list[PlannedRow]:
    with factory.reading(actor) as uow:
        return importing.plan(uow, importing.own(uow, import_id))


def confirmed(factory: UnitOfWorkFactory, actor: Actor, import_id: int, *chosen: int) -> int:
    """Enter the sheet as it is shown now, with these rows ticked. Returns how many were entered."""
    return entered_as_shown(factory, actor, import_id, ticks(factory, actor, import_id, *chosen)).row.taken_count


def ticks(factory: UnitOfWorkFactory, actor: Actor, import_id: int, *chosen: int) -> dict[int, str]:
    """What is sent for these ticked rows of the sheet as it is shown now."""
    return {one.row.number: one.judged for one in planned(factory, actor, import_id) if one.row.number in chosen}


def entered_as_shown(
    factory: UnitOfWorkFactory, actor: Actor, import_id: int, ticked: Mapping[int, str]
) -> importing.Taken:
    with factory.writing(actor) as uow:
        return importing.confirm(uow, import_id, ticked)


def test_nothing_is_entered_before_it_is_confirmed(factory: UnitOfWorkFactory, people: People) -> None:
    sheet = uploaded(factory, people.city_official, ROW, WRONG, OTHER_ROW)
    assert total(factory, people.city_official) == Sum()
    rows = planned(factory, people.city_official, sheet)
    assert [(one.row.number, one.is_sound) for one in rows] == [(2, True), (3, False), (4, True)]
    assert confirmed(factory, people.city_official, sheet) == 2
    assert total(factory, people.city_official) == Sum(30_000_000, 2)


def test_what_is_on_record_already_is_entered_only_if_it_is_chosen(
    factory: UnitOfWorkFactory, people: People, drain: Callable[[], int]
) -> None:
    deal, entry = make_signed(factory, people), entered(factory, people.city_official, all_the_same=True)
    sheet = uploaded(factory, people.city_official, ROW, OTHER_ROW)
    suspected, plain = planned(factory, people.city_official, sheet)
    found = {f"{one.record.kind.value}:{one.record.id}" for one in suspected.near}
    assert found == {f"deal:{deal}", f"offline:{entry}"}
    assert not plain.is_suspected
    assert confirmed(factory, people.city_official, sheet) == 1
    drain()
    assert len(pairs(factory)) == 1
    again = uploaded(factory, people.city_official, ROW)
    assert confirmed(factory, people.city_official, again, 2) == 1
    drain()
    third = entry + 2
    waiting = {(first, second) for first, second, _ in pairs(factory)}
    assert waiting == {
        (f"deal:{deal}", f"offline:{entry}"),
        (f"deal:{deal}", f"offline:{third}"),
        (f"offline:{entry}", f"offline:{third}"),
    }


def test_a_sheet_that_is_uploaded_twice_enters_nothing_twice(factory: UnitOfWorkFactory, people: People) -> None:
    confirmed(factory, people.city_official, uploaded(factory, people.city_official, ROW, OTHER_ROW))
    assert confirmed(factory, people.city_official, uploaded(factory, people.city_official, ROW, OTHER_ROW)) == 0
    assert total(factory, people.city_official).count == 2


def test_two_rows_of_one_sheet_may_be_one_contract(factory: UnitOfWorkFactory, people: People) -> None:
    sheet = uploaded(factory, people.city_official, ROW, ("油箱焊接工装许可", *ROW[1:]))
    assert [one.like_rows for one in planned(factory, people.city_official, sheet)] == [(), (2,)]
    assert confirmed(factory, people.city_official, sheet) == 1


def test_what_came_on_record_meanwhile_is_held_back(factory: UnitOfWorkFactory, people: People) -> None:
    sheet = uploaded(factory, people.city_official, ROW)
    assert not planned(factory, people.city_official, sheet)[0].is_suspected
    entered(factory, people.county_official)
    assert confirmed(factory, people.city_official, sheet) == 0


def test_a_tick_is_good_for_what_was_shown_with_it(factory: UnitOfWorkFactory, people: People) -> None:
    """Another record has come meanwhile that nobody has compared the row with."""
    entered(factory, people.city_official)
    sheet = uploaded(factory, people.city_official, ROW, OTHER_ROW)
    ticked = ticks(factory, people.city_official, sheet, 2)
    entered(factory, people.county_official, replace(TOLD, fen=18_100_000), all_the_same=True)
    taken = entered_as_shown(factory, people.city_official, sheet, ticked)
    assert (taken.row.taken_count, taken.held_back) == (1, (2,))


def test_what_was_not_entered_is_told_with_its_reason(factory: UnitOfWorkFactory, people: People) -> None:
    entry = entered(factory, people.city_official)
    sheet = uploaded(factory, people.city_official, ROW, WRONG, OTHER_ROW)
    confirmed(factory, people.city_official, sheet)
    with factory.reading(people.city_official) as uow:
        suspected, wrong = importing.left_out(uow, importing.own(uow, sheet))
    assert (suspected.row.number, [hit.record.id for hit in suspected.near]) == (2, [entry])
    assert (wrong.row.number, wrong.is_sound, len(wrong.row.faults)) == (3, False, 1)


def test_a_sheet_pressed_twice_is_entered_once(factory: UnitOfWorkFactory, people: People) -> None:
    sheet = uploaded(factory, people.city_official, ROW)
    outcomes: list[str] = []

    def press() -> None:
        try:
            outcomes.append(str(confirmed(factory, people.city_official, sheet)))
        except Conflict:
            outcomes.append("told")

    run_at_once([press, press])
    assert sorted(outcomes) == ["1", "told"]
    assert total(factory, people.city_official).count == 1


def test_a_sheet_is_put_aside(factory: UnitOfWorkFactory, people: People) -> None:
    sheet = uploaded(factory, people.city_official, ROW)
    with factory.writing(people.city_official) as uow:
        importing.discard(uow, sheet)
    with pytest.raises(Conflict):
        confirmed(factory, people.city_official, sheet)
    assert total(factory, people.city_official) == Sum()


def test_rows_of_other_counties_are_errors_for_a_county(factory: UnitOfWorkFactory, people: People) -> None:
    sheet = uploaded(factory, people.other_official, ROW, OTHER_ROW)
    rows = planned(factory, people.other_official, sheet)
    assert [one.is_sound for one in rows] == [False, True]
    assert confirmed(factory, people.other_official, sheet) == 1


def test_a_sheet_is_for_who_uploaded_it(factory: UnitOfWorkFactory, people: People) -> None:
    sheet = uploaded(factory, people.county_official, ROW)
    with pytest.raises(NotFound):
        planned(factory, people.city_official, sheet)
    with pytest.raises(NotPermitted):
        uploaded(factory, people.company, ROW)


def test_a_file_that_is_no_sheet_of_deals_is_refused_whole(factory: UnitOfWorkFactory, people: People) -> None:
    for content in (b"", "名称,单位\n工装,机械厂\n".encode(), b"%PDF-1.4"):
        with factory.writing(people.city_official) as uow, pytest.raises(InvalidInput) as refused:
            importing.upload(uow, Upload(BytesIO(content), "a.csv"))
        assert set(refused.value.fields) == {"file"}
