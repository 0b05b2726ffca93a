"""The figures on an official's home and what he watches. Today is Friday 20 November 2026 in China.

The last seven days are 14 to 20 November. A contract of 180,000 yuan enters into force today; its deal was sold in Qingzhou
and bought in Shouguang.
"""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from marketplace.deals.models import Deal
from marketplace.home import figures, oversight
from marketplace.home.figures import RUNGS, Answers, Figures, Published
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.matching.rules import InterestState, Side
from marketplace.needs.rules import NeedState
from marketplace.results.rules import ResultState
from marketplace.statistics.rules import Figure, FigureCode
from tests.factories import make_deal, make_interest, make_need, make_result, make_signed
from tests.personas import People
from tests.world import NOW

CODES = ["qingzhou", "shouguang", "zhucheng"]
WEEK_BEGINS = datetime(2026, 11, 13, 16, 0, tzinfo=UTC)
"""14 November, 0:00 in China."""


def read(factory: UnitOfWorkFactory, actor: Actor) -> Figures:
    with factory.reading(actor) as uow:
        return figures.figures(uow, CODES)


def test_before_anything_happened_everything_is_nothing(factory: UnitOfWorkFactory, people: People) -> None:
    found = read(factory, people.city_official)
    assert [(one.code, one.year, one.week) for one in found.amounts] == [(code, Figure(), Figure()) for code in RUNGS]
    assert (found.results, found.needs) == (Published(), Published())
    assert found.answers.share is None
    assert found.counties == ()


def test_published_listings_and_those_of_the_last_seven_days(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people, published_at=WEEK_BEGINS)
    make_result(factory, people, published_at=WEEK_BEGINS - timedelta(seconds=1), state=ResultState.STALE)
    make_result(factory, people, published_at=WEEK_BEGINS, state=ResultState.PAUSED)
    make_need(factory, people, published_at=NOW)
    make_need(factory, people, published_at=NOW, state=NeedState.SOLVED)
    found = read(factory, people.city_official)
    assert (found.results, found.needs) == (Published(2, 1), Published(1, 1))
    of_county = read(factory, people.county_official)
    assert (of_county.results, of_county.needs) == (Published(2, 1), Published())
    assert read(factory, people.other_official).results == Published()


def test_contracts_of_this_year_with_those_of_the_last_seven_days(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    make_signed(factory, people)
    a1 = read(factory, people.city_official).amounts[1]
    assert (a1.code, a1.year, a1.week) == (FigureCode.A1, Figure(18_000_000, 1), Figure(18_000_000, 1))
    clock.forward(days=6)
    assert read(factory, people.city_official).amounts[1].week == Figure(18_000_000, 1)
    clock.forward(days=1)
    a1 = read(factory, people.city_official).amounts[1]
    assert (a1.year, a1.week) == (Figure(18_000_000, 1), Figure())


def test_the_week_does_not_reach_into_last_year(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    clock.at = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
    make_signed(factory, people)
    clock.at = datetime(2027, 1, 2, 2, 0, tzinfo=UTC)
    a1 = read(factory, people.city_official).amounts[1]
    assert (a1.year, a1.week) == (Figure(), Figure())


def test_the_county_table_has_what_was_sold_bought_and_published(factory: UnitOfWorkFactory, people: People) -> None:
    make_signed(factory, people)
    make_result(factory, people, county=None)
    lines = {
        line.county: (line.sold.value, line.bought.value, line.results, line.needs)
        for line in read(factory, people.city_official).counties
    }
    assert lines == {"qingzhou": (18_000_000, 0, 1, 0), "shouguang": (0, 18_000_000, 0, 1), None: (0, 0, 1, 0)}


def test_the_share_of_interests_answered_leaves_open_ones_out(factory: UnitOfWorkFactory, people: People) -> None:
    for state in (InterestState.ACCEPTED, InterestState.DECLINED, InterestState.LAPSED, InterestState.DELIVERED):
        values: dict[str, Any] = {"reason": "不合适"} if state is InterestState.DECLINED else {}
        make_interest(factory, people, state=state, **values)
    last_year = datetime(2025, 12, 31, 15, 59, tzinfo=UTC)
    make_interest(factory, people, state=InterestState.LAPSED, created_at=last_year)
    answers = read(factory, people.city_official).answers
    assert (answers, answers.share) == (Answers(2, 3), Fraction(2, 3))
    assert read(factory, people.county_official).answers == Answers(2, 3)
    assert read(factory, people.other_official).answers == Answers(0, 0)


def test_silence_is_shown_after_seven_working_days_and_for_a_month_after_it_lapsed(
    factory: UnitOfWorkFactory, people: People
) -> None:
    # Fifteen working days end on 2 December for what came on 11 November, seven working days ago: 12, 13, 16 … 20.
    tuesday = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
    silent = make_interest(
        factory,
        people,
        state=InterestState.DELIVERED,
        created_at=tuesday,
        delivered_at=tuesday,
        due_on=date(2026, 12, 2),
    )
    make_interest(factory, people, state=InterestState.DELIVERED, due_on=date(2026, 12, 3))
    lapsed = make_interest(factory, people, state=InterestState.LAPSED, due_on=date(2026, 10, 21))
    make_interest(factory, people, state=InterestState.LAPSED, due_on=date(2026, 10, 20))
    make_interest(factory, people)
    for actor in (people.city_official, people.county_official):
        with factory.reading(actor) as uow:
            rows = oversight.silent_interests(uow)
            assert oversight.count_silent(uow) == 2
        assert [row.interest_id for row in rows] == [silent, lapsed]
    assert (rows[0].working_days, rows[0].silent, rows[0].asked_by) == (
        7,
        "青州前程机械有限公司",
        "寿光蓝海化工有限公司",
    )
    with factory.reading(people.other_official) as uow:
        assert (oversight.silent_interests(uow), oversight.count_silent(uow)) == ([], 0)


@pytest.mark.parametrize("asks", [Side.NEED, Side.RESULT])
def test_an_anonymous_need_names_nobody_to_another_countys_official(
    factory: UnitOfWorkFactory, people: People, asks: Side
) -> None:
    parties = (people.buyer_party, people.seller_party)[:: 1 if asks is Side.NEED else -1]
    make_interest(
        factory,
        people,
        side=asks,
        result_id=make_result(factory, people),
        need_id=make_need(factory, people, anonymous=True),
        from_party_id=parties[0],
        to_party_id=parties[1],
        state=InterestState.DELIVERED,
        due_on=date(2026, 11, 20),
    )
    both = ("寿光蓝海化工有限公司", "青州前程机械有限公司")[:: 1 if asks is Side.NEED else -1]
    with factory.reading(people.city_official) as uow:
        (row,) = oversight.silent_interests(uow)
        assert (row.asked_by, row.silent) == both
    with factory.reading(people.county_official) as uow:
        (row,) = oversight.silent_interests(uow)
    named = (row.asked_by, row.silent)
    assert named == ((None, both[1]) if asks is Side.NEED else (both[0], None))


def test_a_deal_is_stalled_after_its_stages_time_and_names_who_owes_the_next_step(
    factory: UnitOfWorkFactory, people: People
) -> None:
    stalled, moving = make_deal(factory, people), make_deal(factory, people)
    with factory.writing() as uow:
        uow.session.get_one(Deal, stalled).moved_at = NOW - timedelta(days=31)
        uow.session.get_one(Deal, moving).moved_at = NOW - timedelta(days=29)
    for actor in (people.city_official, people.county_official):
        with factory.reading(actor) as uow:
            (row,) = oversight.stalled_deals(uow)
            assert oversight.count_stalled(uow) == oversight.Stalled(1, 31)
        assert (row.deal.id, row.days, row.allowed, row.owed_by) == (stalled, 31, 30, "青州前程机械有限公司")
    with factory.reading(people.other_official) as uow:
        assert oversight.stalled_deals(uow) == []
        assert oversight.count_stalled(uow) == oversight.Stalled(0, 0)
