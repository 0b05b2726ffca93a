"""The offline ledger: what officials tell, what is taken off again, and that no figure ever holds it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.offline import queries, service
from marketplace.offline.models import OfflineEntry, OfflinePaper
from marketplace.offline.queries import Sum, Wanted
from marketplace.offline.rules import Told
from marketplace.statistics.adding import total as figure
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import Figure, Period
from tests.crowd import run_at_once
from tests.factories import VOUCHER, make_result
from tests.offline import OTHER, TOLD, entered, total
from tests.personas import People

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


def test_a_row_is_in_the_ledger_and_in_no_figure(
    factory: UnitOfWorkFactory, people: People, drain: Callable[[], int]
) -> None:
    entered(factory, people.city_official)
    drain()
    assert total(factory, people.city_official) == Sum(18_000_000, 1)
    with factory.reading(people.city_official) as uow:
        for definition in DEFINITIONS.values():
            assert figure(uow, Filter(definition, YEAR, uow.now())) == Figure(), definition.code


def test_a_row_that_is_taken_off_stays_and_counts_with_nothing(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    entry = entered(factory, people.county_official)
    before = clock.now()
    clock.forward(days=3)
    with factory.writing(people.county_official) as uow:
        service.take_off(uow, entry, "金额有误，另行录入")
    assert total(factory, people.city_official) == Sum(0, 0)
    assert total(factory, people.city_official, as_of=before) == Sum(18_000_000, 1)
    with factory.reading(people.city_official) as uow:
        page = queries.entry_page(uow, entry)
        wanted = Wanted(YEAR.first, YEAR.last, uow.now())
        listed = [row.entry.amount_fen for row in queries.rows(uow.session, uow.actor, wanted)]
        then = queries.rows(uow.session, uow.actor, replace(wanted, as_of=before))
    assert [(row.entry.id, row.reversal, row.reversed_by) for row in then] == [(entry, None, "")]
    assert page.row.reversal is not None
    assert (page.row.reversal.reason, page.row.reversed_by, page.may_change) == ("金额有误，另行录入", "冯工会", False)
    assert sorted(listed) == [-18_000_000, 18_000_000]
    with factory.writing(people.city_official) as uow, pytest.raises(Conflict):
        service.take_off(uow, entry, "再冲一次")
    with factory.writing(people.city_official) as uow, pytest.raises(Conflict):
        service.take_off(uow, page.row.reversal.id, "冲销的冲销")


def test_taking_off_asks_for_a_reason(factory: UnitOfWorkFactory, people: People) -> None:
    entry = entered(factory, people.county_official)
    with factory.writing(people.county_official) as uow, pytest.raises(InvalidInput):
        service.take_off(uow, entry, "  ")
    assert total(factory, people.city_official).count == 1


def test_two_who_take_a_row_off_at_once_take_it_off_once(factory: UnitOfWorkFactory, people: People) -> None:
    entry = entered(factory, people.city_official)
    outcomes: list[str] = []

    def press() -> None:
        try:
            with factory.writing(people.city_official) as uow:
                service.take_off(uow, entry, "重复")
            outcomes.append("off")
        except Conflict:
            outcomes.append("told")

    run_at_once([press, press])
    assert sorted(outcomes) == ["off", "told"]
    assert total(factory, people.city_official) == Sum(0, 0)


@pytest.mark.parametrize("statement", [update(OfflineEntry).values(amount_fen=1), delete(OfflineEntry)])
def test_the_database_lets_nobody_change_a_row(factory: UnitOfWorkFactory, people: People, statement: Any) -> None:
    entered(factory, people.city_official)
    with pytest.raises(DatabaseError), factory.writing() as uow:
        uow.session.execute(statement)


def test_a_county_keeps_its_own(factory: UnitOfWorkFactory, people: People) -> None:
    """The seller is of 青州, the buyer of 寿光; 高密 has nothing to do with it."""
    entry = entered(factory, people.county_official)
    assert total(factory, people.county_official).count == 1
    assert total(factory, people.other_official).count == 0
    with factory.reading(people.other_official) as uow, pytest.raises(NotFound):
        queries.entry_page(uow, entry)
    with factory.writing(people.other_official) as uow, pytest.raises(NotFound):
        service.take_off(uow, entry, "不是本县的")
    with factory.writing(people.other_official) as uow, pytest.raises(InvalidInput) as refused:
        service.enter(uow, TOLD)
    assert "seller_county" in refused.value.fields
    outside = replace(TOLD, seller_county=None, buyer_county=None)
    with factory.writing(people.county_official) as uow, pytest.raises(InvalidInput):
        service.enter(uow, outside)
    assert entered(factory, people.city_official, replace(outside, title="另一份合同：磷石膏利用"))


def test_only_officials_keep_it(factory: UnitOfWorkFactory, people: People) -> None:
    for actor in (people.company, people.administrator):
        with factory.writing(actor) as uow, pytest.raises(NotPermitted):
            service.enter(uow, TOLD)


def test_sums_by_month_and_county_are_those_of_the_rows(factory: UnitOfWorkFactory, people: People) -> None:
    entered(factory, people.city_official)
    entered(factory, people.city_official, replace(OTHER, fen=5_000_000, day=date(2026, 3, 2)))
    entered(
        factory,
        people.city_official,
        replace(OTHER, title="外市合同：盐田测控", seller_county=None, day=date(2025, 3, 2)),
    )
    with factory.reading(people.city_official) as uow:
        wanted = Wanted(YEAR.first, YEAR.last, uow.now())
        found = queries.ledger(uow.session, uow.actor, wanted, ["qingzhou", "shouguang", "gaomi"])
    assert found.total == Sum(23_000_000, 2)
    assert found.months == (("2026-03", Sum(5_000_000, 1)), ("2026-11", Sum(18_000_000, 1)))
    assert [(row.county, row.sold.fen, row.bought.fen) for row in found.counties] == [
        ("qingzhou", 23_000_000, 0),
        ("shouguang", 0, 18_000_000),
        ("gaomi", 0, 5_000_000),
    ]
    assert total(factory, people.city_official, month="2026-03") == Sum(5_000_000, 1)
    assert total(factory, people.city_official, buyer="shouguang") == Sum(18_000_000, 1)
    everything = {"first": date(2025, 1, 1)}
    assert total(factory, people.city_official, **everything, seller=queries.NOT_GIVEN).count == 1


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("title", {"title": " "}),
        ("seller_code", {"seller_code": "91350100M000100Y4Z"}),
        ("amount", {"fen": 0}),
        ("day", {"day": date(2026, 11, 21)}),
        ("buyer_name", {"buyer_name": "青州前程机械有限公司。"}),
        ("result", {"result_id": 999}),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    factory: UnitOfWorkFactory, people: People, field: str, changed: dict[str, Any]
) -> None:
    told: Told = replace(TOLD, **changed)
    with factory.writing(people.city_official) as uow, pytest.raises(InvalidInput) as refused:
        service.enter(uow, told)
    assert field in refused.value.fields


def test_a_result_may_be_named(factory: UnitOfWorkFactory, people: People) -> None:
    result = make_result(factory, people)
    entry = entered(factory, people.city_official, replace(TOLD, result_id=result))
    with factory.reading() as uow:
        assert uow.session.get_one(OfflineEntry, entry).result_id == result


def test_a_scan_is_laid_beside_a_row(factory: UnitOfWorkFactory, people: People) -> None:
    entry = entered(factory, people.county_official)
    with factory.writing(people.county_official) as uow:
        service.add_paper(uow, entry, Upload(BytesIO(VOUCHER), "合同.pdf"))
    with factory.writing(people.other_official) as uow, pytest.raises(NotFound):
        service.add_paper(uow, entry, Upload(BytesIO(VOUCHER), "合同.pdf"))
    with factory.writing(people.county_official) as uow, pytest.raises(InvalidInput):
        service.add_paper(uow, entry, Upload(BytesIO(b"text"), "合同.txt"))
    with factory.reading() as uow:
        assert [one.name for one in uow.session.scalars(select(OfflinePaper))] == ["合同.pdf"]
