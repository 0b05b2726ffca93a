"""The desk's figures, checked against a small case that was added up by hand.

deal  seller     buyer      industry    day (China)  amount    how
1     qingzhou   shouguang  machinery   2026-03-10   300,000   contract, electronic
2     qingzhou   qingzhou   machinery   2026-03-31   120,000   contract, on paper
3     zhucheng   qingzhou   (none)      2026-05-02    80,000   contract, electronic, terminated 2026-07-01
4     (none)     shouguang  textile     2026-06-15         0   contract, electronic, pure royalty
5     qingzhou   gaomi      machinery   2026-04-01    50,000   letter of intent, after one of 40,000
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

import pytest

from marketplace.contracts.models import Signature
from marketplace.contracts.rules import Basis
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.errors import NotFound
from marketplace.kernel.permissions import Actor
from marketplace.payments.rules import ReceiptState
from marketplace.rewards.models import Payout
from marketplace.rewards.rules import PayoutState
from marketplace.statistics import row_queries
from marketplace.statistics.adding import cut, picked, total
from marketplace.statistics.completeness import Completeness, completeness
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.desk import arrange
from marketplace.statistics.queries import Filter, Value
from marketplace.statistics.rules import Dimension, Figure, FigureCode, Period
from tests.figures import FigureWriter
from tests.personas import People

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
EVER = datetime(2027, 1, 1, tzinfo=UTC)


def of(code: FigureCode, period: Period = YEAR, values: Mapping[Dimension, Value] | None = None) -> Filter:
    """A figure as known at last."""
    return Filter(DEFINITIONS[code], period, EVER, values or {})


A1, A0 = of(FigureCode.A1), of(FigureCode.A0)
CODES = ["qingzhou", "shouguang", "zhucheng", "gaomi"]


@pytest.fixture
def case(factory: UnitOfWorkFactory, people: People) -> None:
    """The five deals of the table above."""
    add = FigureWriter(factory, people)
    add.contract(1, "qingzhou", "shouguang", date(2026, 3, 10), 30_000_000)
    add.contract(2, "qingzhou", "qingzhou", date(2026, 3, 31), 12_000_000, basis=Basis.PAPER)
    add.contract(3, "zhucheng", "qingzhou", date(2026, 5, 2), 8_000_000, industry=None)
    add.termination(3, date(2026, 7, 1), -8_000_000)
    add.contract(4, None, "shouguang", date(2026, 6, 15), 0, industry="textile")
    late = datetime(2026, 3, 31, 17, tzinfo=UTC)
    add.letters(5, "qingzhou", "gaomi", [4_000_000, 5_000_000], [late, late])


def test_the_total_counts_every_contract_once_and_books_the_termination(
    factory: UnitOfWorkFactory, people: People, case: None
) -> None:
    with factory.reading(people.city_official) as uow:
        assert total(uow, A1) == Figure(42_000_000, 4)
        assert total(uow, A0) == Figure(5_000_000, 1)


def test_by_county_as_seller_and_as_buyer(factory: UnitOfWorkFactory, people: People, case: None) -> None:
    with factory.reading(people.city_official) as uow:
        desk = arrange(A1.definition, YEAR, picked(uow, A1), CODES)
    by_county = {row.county: (row.sold, row.bought, row.within) for row in desk.counties}
    assert by_county == {
        "qingzhou": (Figure(42_000_000, 2), Figure(12_000_000, 2), Figure(12_000_000, 1)),
        "shouguang": (Figure(), Figure(30_000_000, 2), Figure()),
        "zhucheng": (Figure(0, 1), Figure(), Figure()),
        "gaomi": (Figure(), Figure(), Figure()),
        None: (Figure(0, 1), Figure(), Figure()),
    }
    assert desk.within == Figure(12_000_000, 1)


@pytest.mark.parametrize("code", list(FigureCode))
def test_every_cut_adds_up_to_the_total_and_to_its_rows(
    factory: UnitOfWorkFactory, people: People, case: None, code: FigureCode
) -> None:
    with factory.reading(people.city_official) as uow:
        for dimension in DEFINITIONS[code].dimensions:
            parts = cut(uow, of(code), dimension)
            assert Figure.sum(parts.values()) == total(uow, of(code))
            for value, part in parts.items():
                rows = row_queries.page_of(uow.session, picked(uow, of(code, YEAR, {dimension: value})), 0)
                assert Figure.sum(row.row.figure for row in rows) == part


def test_months_are_those_of_china(factory: UnitOfWorkFactory, people: People, case: None) -> None:
    with factory.reading(people.city_official) as uow:
        # The letter was completed on 31 March at 17:00 UTC: in China that was 1 April.
        assert cut(uow, A0, Dimension.MONTH) == {"2026-04": Figure(5_000_000, 1)}
        july = dict(arrange(A1.definition, YEAR, picked(uow, A1), CODES).months)["2026-07"]
    assert july == Figure(-8_000_000, 0)


def test_a_later_letter_replaces_the_earlier_one_from_its_own_day_on(
    factory: UnitOfWorkFactory, people: People
) -> None:
    moments = [datetime(2026, month, 31, 2, tzinfo=UTC) for month in (1, 3)]
    FigureWriter(factory, people).letters(1, "qingzhou", "gaomi", [10_000_000, 7_000_000], moments)
    with factory.reading(people.city_official) as uow:
        assert total(uow, A0) == Figure(7_000_000, 1)
        assert total(uow, of(FigureCode.A0, Period(date(2026, 1, 1), date(2026, 1, 31)))) == Figure(10_000_000, 1)
        assert cut(uow, A0, Dimension.MONTH) == {
            "2026-01": Figure(10_000_000, 1),
            "2026-03": Figure(-3_000_000, 0),
        }


def test_the_industry_is_that_of_the_result_and_may_be_missing(
    factory: UnitOfWorkFactory, people: People, case: None
) -> None:
    with factory.reading(people.city_official) as uow:
        parts = cut(uow, A1, Dimension.INDUSTRY)
    assert parts == {"machinery": Figure(42_000_000, 2), None: Figure(0, 1), "textile": Figure(0, 1)}


def test_a_period_that_ends_before_the_termination_still_shows_the_contract(
    factory: UnitOfWorkFactory, people: People, case: None
) -> None:
    with factory.reading(people.city_official) as uow:
        assert total(uow, of(FigureCode.A1, Period(date(2026, 1, 1), date(2026, 6, 30)))) == Figure(50_000_000, 4)


def test_a_county_official_sees_what_his_county_sells_or_buys(
    factory: UnitOfWorkFactory, people: People, case: None
) -> None:
    with factory.reading(people.other_official) as uow:
        assert total(uow, A1) == Figure()
        assert total(uow, A0) == Figure(5_000_000, 1)
    with factory.reading(people.county_official) as uow:
        assert total(uow, A1) == Figure(42_000_000, 3)


@pytest.mark.parametrize("who", ["worker", "company", "administrator", "loner"])
def test_nobody_else_sees_figures(factory: UnitOfWorkFactory, people: People, case: None, who: str) -> None:
    actor: Actor = getattr(people, who)
    for look in (total, picked):
        read: Callable[[UnitOfWork, Filter], object] = look
        with pytest.raises(NotFound), factory.reading(actor) as uow:
            read(uow, A1)


def test_a_figure_says_what_of_it_is_proven_and_what_waits(
    factory: UnitOfWorkFactory, people: People, case: None
) -> None:
    """Of two payments one is only reported; of two payouts one was acknowledged; one signature is not in the PDF yet."""
    add = FigureWriter(factory, people)
    add.contract(6, "qingzhou", "gaomi", date(2026, 8, 1), 1_000_000)
    paid = add.receipt(6, date(2026, 8, 10), 600_000)
    add.receipt(6, date(2026, 8, 11), 400_000, state=ReceiptState.CONFIRMED)
    reward = add.reward(6, paid, date(2026, 9, 1), 100_000, 500_000, 300_000)
    first, second = (
        add.payout(reward, date(2026, 9, 5), 120_000, user.user_id) for user in (people.worker, people.colleague)
    )
    with factory.writing() as uow:
        payout = uow.session.get_one(Payout, first)
        payout.state, payout.answered_at = PayoutState.ACKNOWLEDGED, uow.now()
        uow.session.add(
            Signature(
                document_id=add.documents[6],
                party_id=people.seller_party,
                user_id=people.seller_contact.user_id,
                signer_name="赵文博",
                at=uow.now(),
                ip="",
                user_agent="",
                sha256="",
                method="",
                factor="",
            )
        )
    assert first != second
    with factory.reading(people.city_official) as uow:
        found = {code: completeness(uow, of(code), picked(uow, of(code))) for code in FigureCode}
    assert _facts(found[FigureCode.A1]) == (Figure(42_000_000, 4), Figure())
    assert _facts(found[FigureCode.A4]) == (Figure(600_000, 1), Figure(400_000, 1))
    assert _facts(found[FigureCode.A6]) == (Figure(120_000, 1), Figure(60_000, 1))
    with factory.reading(people.other_official) as uow:
        assert _facts(completeness(uow, of(FigureCode.A4), picked(uow, of(FigureCode.A4))))[1] == Figure(400_000, 1)
    with factory.reading(people.county_official) as uow:
        assert _facts(completeness(uow, of(FigureCode.A4), picked(uow, of(FigureCode.A4))))[1] == Figure(400_000, 1)


def _facts(found: Completeness | None) -> tuple[Figure, Figure]:
    assert found is not None
    return found.proven, found.waiting
