"""Overdue payments and stalled deals as people make them happen, and the words of the definitions against what they rest on."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from marketplace.contracts.rules import EndReason
from marketplace.deals import payment_service, service
from marketplace.deals.models import Step
from marketplace.deals.rules import DEAL_STATES
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, china_day
from marketplace.kernel.errors import InvalidInput
from marketplace.listings.models import Decision
from marketplace.payments.models import DueMove
from marketplace.results import service as results
from marketplace.results.rules import RESULT_STATES, ResultState
from marketplace.statistics.adding import cut, total
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import Dimension, Figure, FigureCode, Period, Span
from tests.factories import lines_of, make_contract, make_deal, make_payment, make_result, make_signed
from tests.paying import BY_PLAN, confirm, report, verify
from tests.personas import People

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def standing(factory: UnitOfWorkFactory, people: People, code: FigureCode, day: date) -> Figure:
    """How a figure stands today, in a period of one day."""
    with factory.reading(people.city_official) as uow:
        return total(uow, Filter(DEFINITIONS[code], Period(day, day), uow.now()))


def test_a_line_is_late_from_the_day_after_its_last_until_it_is_verified(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    deal = make_signed(factory, people, BY_PLAN)
    first = lines_of(factory, deal)[0]
    assert first.due_on == date(2026, 11, 30)
    late = []
    for _ in range(2):
        clock.forward(days=5)
        late.append(standing(factory, people, FigureCode.C10, china_day(clock.now())))
    clock.forward(days=1)
    receipt = report(factory, people.company, first.id, 5_000_000, date(2026, 12, 1))
    confirm(factory, people.seller_contact, receipt, date(2026, 12, 1))
    reported = standing(factory, people, FigureCode.C10, china_day(clock.now()))
    verify(factory, people.county_official, receipt)
    partly = standing(factory, people, FigureCode.C10, china_day(clock.now()))
    clock.forward(days=1)
    make_payment(factory, people, first.id, 400_000, date(2026, 12, 2))
    paid = standing(factory, people, FigureCode.C10, china_day(clock.now()))
    assert [*late, reported, partly, paid] == [
        Figure(),
        Figure(),
        Figure(5_400_000, 1),
        Figure(400_000, 1),
        Figure(),
    ]
    # What was late on a day is still told, and the day before its last was no day of delay.
    assert standing(factory, people, FigureCode.C10, date(2026, 12, 1)) == Figure(400_000, 1)
    assert standing(factory, people, FigureCode.C10, date(2026, 11, 30)) == Figure()


def test_a_line_that_is_put_off_is_not_late_before_its_new_day(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    deal = make_signed(factory, people, BY_PLAN)
    make_payment(factory, people, lines_of(factory, deal)[0].id, 5_400_000, date(2026, 11, 20))
    last = lines_of(factory, deal)[2]

    def set_day(day: date) -> None:
        with factory.writing(people.seller_contact) as uow:
            payment_service.fall_due(uow, last.id, day)

    set_day(date(2026, 11, 25))
    clock.forward(days=7)
    assert standing(factory, people, FigureCode.C10, china_day(clock.now())) == Figure(2_600_000, 1)
    set_day(date(2026, 12, 10))
    assert standing(factory, people, FigureCode.C10, china_day(clock.now())) == Figure()
    clock.forward(days=14)
    assert standing(factory, people, FigureCode.C10, china_day(clock.now())) == Figure(2_600_000, 1)
    with factory.writing(people.city_official) as uow:
        service.terminate(uow, deal, "判决解除", 5_400_000, EndReason.BREACH)
    assert standing(factory, people, FigureCode.C10, china_day(clock.now())) == Figure()


def test_a_message_keeps_no_deal_from_stalling(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    deal = make_deal(factory, people)
    clock.forward(days=29)
    with factory.writing(people.company) as uow:
        service.write(uow, deal, "还在考虑。")
    assert standing(factory, people, FigureCode.C11, china_day(clock.now())) == Figure()
    clock.forward(days=1)
    stalled_on = china_day(clock.now())
    assert standing(factory, people, FigureCode.C11, stalled_on) == Figure(1, 1)
    clock.forward(days=3)
    make_contract(factory, people, deal)
    assert standing(factory, people, FigureCode.C11, china_day(clock.now())) == Figure()
    assert standing(factory, people, FigureCode.C11, stalled_on) == Figure(1, 1)


def test_a_result_is_current_until_it_is_paused(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    result = make_result(factory, people, state=ResultState.PAUSED)

    def act(name: str) -> int:
        with factory.writing(people.worker) as uow:
            getattr(results, name)(uow, result)
        clock.forward(days=1)
        return standing(factory, people, FigureCode.C9, china_day(clock.now())).value

    assert [act(name) for name in ("resume", "confirm", "pause")] == [1, 1, 0]


@pytest.mark.parametrize("code", [FigureCode.C12, FigureCode.C13])
def test_an_ending_counts_by_the_kind_of_its_reason(
    factory: UnitOfWorkFactory, people: People, code: FigureCode
) -> None:
    lost, ended = make_deal(factory, people), make_signed(factory, people)
    with factory.writing(people.company) as uow:
        service.take(uow, lost, "lose", "预算取消", EndReason.PLANS)
    with factory.writing(people.city_official) as uow:
        service.terminate(uow, ended, "判决解除", 0, EndReason.BREACH)
    expected = {FigureCode.C12: "plans", FigureCode.C13: "breach"}
    with factory.reading(people.city_official) as uow:
        wanted = Filter(DEFINITIONS[code], Period(date(2026, 1, 1), date(2026, 12, 31)), uow.now())
        assert cut(uow, wanted, Dimension.REASON) == {expected[code]: Figure(1, 1)}


def test_nobody_ends_anything_without_a_kind_of_reason(factory: UnitOfWorkFactory, people: People) -> None:
    lost, ended = make_deal(factory, people), make_signed(factory, people)
    with pytest.raises(InvalidInput) as refused, factory.writing(people.company) as uow:
        service.take(uow, lost, "lose", "预算取消")
    assert set(refused.value.fields) == {"end_reason"}
    with pytest.raises(InvalidInput), factory.writing(people.city_official) as uow:
        service.terminate(uow, ended, "判决解除", 0)
    with pytest.raises(InvalidInput) as wordless, factory.writing(people.company) as uow:
        service.take(uow, lost, "lose", " ", EndReason.OTHER)
    assert set(wordless.value.fields) == {"reason"}


def test_the_database_lets_nobody_change_what_the_past_rests_on(factory: UnitOfWorkFactory, people: People) -> None:
    deal = make_signed(factory, people, BY_PLAN)
    with factory.writing(people.worker) as uow:
        results.pause(uow, make_result(factory, people))
    report(factory, people.company, lines_of(factory, deal)[0].id, 1, date(2026, 11, 20))
    for table in (Step, Decision, DueMove):
        for change in (update(table).values(at=LONG_AGO), delete(table)):
            with pytest.raises(DatabaseError), factory.writing() as uow:
                uow.session.execute(change)


def test_the_words_of_the_definitions_name_the_days_of_the_state_tables() -> None:
    """Other days are another definition: it gets a new version, and the old one goes on proving old reports."""
    stalled = DEFINITIONS[FigureCode.C11].formula
    assert sorted(map(int, re.findall(r"\d+", stalled))) == sorted({days for _, days in DEAL_STATES.timers})
    assert f"{RESULT_STATES.days_allowed(ResultState.PUBLISHED)} days" in DEFINITIONS[FigureCode.C9].formula


def test_months_make_quarters_and_years() -> None:
    months = ["2025-12", "2026-01", "2026-03", "2026-04", "2026-12"]
    assert [Span.QUARTER.of(month) for month in months] == ["2025-Q4", "2026-Q1", "2026-Q1", "2026-Q2", "2026-Q4"]
    assert [Span.YEAR.of(month) for month in months] == ["2025", "2026", "2026", "2026", "2026"]
    period = Period(date(2026, 2, 10), date(2026, 12, 5))
    assert period.within(Span.QUARTER, "2026-Q1") == Period(date(2026, 2, 10), date(2026, 3, 31))
    assert period.within(Span.QUARTER, "2026-Q4") == Period(date(2026, 10, 1), date(2026, 12, 5))
    assert period.within(Span.YEAR, "2026") == period
