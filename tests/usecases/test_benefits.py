"""Benefits of own use: who declares and who checks, one in force for a result and a year, corrections that book a difference."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from marketplace.benefits import checking, queries, service
from marketplace.benefits.models import BenefitEntry, Declaration
from marketplace.benefits.rules import DeclarationState
from marketplace.home import review_queue
from marketplace.home.review_queue import Wanted
from marketplace.home.rules import ReviewKind
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.organisations.models import Organisation
from marketplace.results.models import Contributor, Result
from marketplace.results.rules import ResultState
from marketplace.statistics.adding import cut, picked, total
from marketplace.statistics.completeness import completeness
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.disclosure import hidden_parts
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import Dimension, Figure, FigureCode, Period
from tests.crowd import run_at_once
from tests.declaring import YEAR, benefit, corrected, declared, verify
from tests.factories import make_result
from tests.inboxes import told
from tests.personas import People
from tests.rewarding import Drain

ALL_OF_IT = Period(date(2024, 1, 1), date(2026, 12, 31))
FIRST = 10_000_000
"""100,000 yuan in fen: what tests.declaring reckons."""


@pytest.fixture
def result(factory: UnitOfWorkFactory, people: People) -> int:
    """A published result of the seller."""
    return make_result(factory, people)


def b1(factory: UnitOfWorkFactory, actor: Actor, as_of: datetime | None = None) -> Figure:
    with factory.reading(actor) as uow:
        return total(uow, Filter(DEFINITIONS[FigureCode.B1], ALL_OF_IT, as_of or uow.now()))


def state_of(factory: UnitOfWorkFactory, declaration_id: int) -> DeclarationState:
    with factory.reading() as uow:
        return uow.session.get_one(Declaration, declaration_id).state


def test_what_is_declared_counts_once_an_official_has_verified_it(
    factory: UnitOfWorkFactory, people: People, result: int
) -> None:
    one = declared(factory, people, result)
    assert b1(factory, people.city_official) == Figure()
    with factory.reading(people.city_official) as uow:
        wanted = Filter(DEFINITIONS[FigureCode.B1], ALL_OF_IT, uow.now())
        apart = completeness(uow, wanted, picked(uow, wanted))
        assert apart is not None
        assert (apart.proven, apart.waiting) == (Figure(), Figure(FIRST, 1))
    verify(factory, people.county_official, one)
    assert b1(factory, people.city_official) == Figure(FIRST, 1)
    with factory.reading(people.city_official) as uow:
        wanted = Filter(DEFINITIONS[FigureCode.B1], ALL_OF_IT, uow.now())
        assert cut(uow, wanted, Dimension.COUNTY) == {"qingzhou": Figure(FIRST, 1)}
        assert cut(uow, wanted, Dimension.MONTH) == {f"{YEAR}-12": Figure(FIRST, 1)}
        assert cut(uow, wanted, Dimension.UNIT) == {people.seller_party: Figure(FIRST, 1)}


def test_an_official_of_a_county_sees_the_benefits_of_its_units_alone(
    factory: UnitOfWorkFactory, people: People, result: int
) -> None:
    verify(factory, people.city_official, declared(factory, people, result))
    assert b1(factory, people.county_official) == Figure(FIRST, 1)
    assert b1(factory, people.other_official) == Figure()


def test_a_correction_books_the_difference_and_yesterday_stays_as_it_was(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, result: int
) -> None:
    first = declared(factory, people, result)
    verify(factory, people.county_official, first)
    before = clock.now()
    clock.forward(days=3)
    second = corrected(factory, people, first, benefit(1_200, 9_000, 2_000_000, "漏算返工"))
    assert b1(factory, people.city_official) == Figure(FIRST, 1)
    clock.forward(hours=1)
    verify(factory, people.county_official, second)
    assert b1(factory, people.city_official) == Figure(8_800_000, 1)
    assert b1(factory, people.city_official, before) == Figure(FIRST, 1)
    assert (state_of(factory, first), state_of(factory, second)) == ("replaced", "verified")
    third = corrected(factory, people, second, benefit(1_200, 0, 0, "设备已停用"))
    verify(factory, people.county_official, third)
    assert b1(factory, people.city_official) == Figure(0, 0)
    with factory.reading() as uow:
        entries = uow.session.execute(select(BenefitEntry.fen, BenefitEntry.counted, BenefitEntry.dated))
        last_day = date(YEAR, 12, 31)
        assert [tuple(row) for row in entries] == [
            (FIRST, 1, last_day),
            (-1_200_000, 0, last_day),
            (-8_800_000, -1, last_day),
        ]


def test_what_has_begun_to_be_corrected_is_not_corrected_twice(
    factory: UnitOfWorkFactory, people: People, result: int
) -> None:
    first = declared(factory, people, result)
    with pytest.raises(Conflict):
        declared(factory, people, result)
    with pytest.raises(Conflict):
        corrected(factory, people, first, benefit(reason="早了"))
    verify(factory, people.county_official, first)
    with pytest.raises(InvalidInput) as refused:
        declared(factory, people, result)
    assert set(refused.value.fields) == {"year"}
    corrected(factory, people, first, benefit(1_100, reason="单价有误"))
    with pytest.raises(Conflict):
        corrected(factory, people, first, benefit(1_000, reason="再改"))
    declared(factory, people, result, year=YEAR - 1)


def test_of_two_windows_that_declare_at_once_one_is_told(
    factory: UnitOfWorkFactory, people: People, result: int
) -> None:
    outcomes: list[str] = []

    def press() -> None:
        try:
            declared(factory, people, result)
            outcomes.append("declared")
        except Conflict:
            outcomes.append("told")

    run_at_once([press, press])
    assert sorted(outcomes) == ["declared", "told"]


def test_of_two_officials_who_verify_at_once_one_is_told(
    factory: UnitOfWorkFactory, people: People, result: int
) -> None:
    one, outcomes = declared(factory, people, result), list[str]()

    def press(official: Actor) -> None:
        try:
            verify(factory, official, one)
            outcomes.append("verified")
        except Conflict:
            outcomes.append("told")

    run_at_once([lambda: press(people.county_official), lambda: press(people.city_official)])
    assert sorted(outcomes) == ["told", "verified"]
    assert b1(factory, people.city_official) == Figure(FIRST, 1)


def test_who_may_declare_check_and_know(factory: UnitOfWorkFactory, people: People, result: int) -> None:
    for actor in (people.worker, people.company, people.city_official):
        with pytest.raises(NotPermitted), factory.writing(actor) as uow:
            service.declare(uow, people.seller_id, result, YEAR, benefit())
    one = declared(factory, people, result)
    for actor in (people.worker, people.company, people.stranger, people.other_official, people.administrator):
        with pytest.raises(NotFound), factory.reading(actor) as uow:
            queries.benefit_page(uow, one)
        with pytest.raises(NotFound):
            verify(factory, actor, one)
    with pytest.raises(NotPermitted):
        verify(factory, people.seller_contact, one)
    with factory.reading(people.county_official) as uow:
        assert queries.benefit_page(uow, one).actions == {"verify", "return"}
    with factory.reading(people.seller_contact) as uow:
        assert queries.benefit_page(uow, one).actions == {"withdraw"}


def test_a_unit_declares_for_its_own_results_and_those_of_its_workers(
    factory: UnitOfWorkFactory, people: People
) -> None:
    strangers = make_result(factory, people, people.stranger, party_id=people.stranger_party)
    with pytest.raises(InvalidInput) as refused:
        declared(factory, people, strangers)
    assert set(refused.value.fields) == {"result"}
    with factory.writing() as uow:
        uow.session.add(Contributor(result_id=strangers, place=1, name="李秀英", user_id=people.colleague.user_id))
    declared(factory, people, strangers)
    own = make_result(factory, people, people.worker, party_id=people.worker.own_party_id)
    declared(factory, people, own)
    for state in (ResultState.DRAFT, ResultState.COUNTY_REVIEW, ResultState.SUSPENDED, ResultState.WITHDRAWN):
        with pytest.raises(InvalidInput):
            declared(factory, people, make_result(factory, people, state=state))


def test_a_unit_that_is_not_verified_declares_nothing(factory: UnitOfWorkFactory, people: People, result: int) -> None:
    with factory.writing() as uow:
        unit = uow.session.get_one(Organisation, people.seller_id)
        unit.state, unit.verified_at = "draft", None  # type: ignore[assignment]
    with pytest.raises(Conflict):
        declared(factory, people, result)


def test_returned_withdrawn_and_declared_again(
    factory: UnitOfWorkFactory, people: People, result: int, drain: Drain
) -> None:
    first = declared(factory, people, result)
    drain()
    (waiting,) = told(factory, people)["county_official"]
    assert waiting[1] == f"/benefits/{first}"
    with pytest.raises(InvalidInput), factory.writing(people.county_official) as uow:
        checking.give_back(uow, first, " ")
    with factory.writing(people.county_official) as uow:
        checking.give_back(uow, first, "没有财务盖章")
    drain()
    assert any("没有财务盖章" in text for text, _ in told(factory, people)["seller_contact"])
    second = declared(factory, people, result)
    with factory.writing(people.seller_contact) as uow:
        service.withdraw(uow, second)
    third = declared(factory, people, result)
    for old in (first, second):
        with pytest.raises(Conflict):
            verify(factory, people.county_official, old)
    verify(factory, people.county_official, third)
    assert b1(factory, people.city_official) == Figure(FIRST, 1)


def test_it_waits_in_the_queue_of_the_county_but_not_of_the_unit_s_own_people(
    factory: UnitOfWorkFactory, people: People, result: int
) -> None:
    one = declared(factory, people, result)

    def waiting(actor: Actor) -> list[int]:
        with factory.reading(actor) as uow:
            return [row.target_id for row in review_queue.listed(uow, Wanted(ReviewKind.BENEFIT))]

    assert (waiting(people.county_official), waiting(people.city_official)) == ([one], [one])
    assert waiting(people.other_official) == []
    verify(factory, people.county_official, one)
    assert waiting(people.county_official) == []


def test_what_is_verified_stands_on_the_result_as_declared(
    factory: UnitOfWorkFactory, people: People, result: int
) -> None:
    one = declared(factory, people, result)
    with factory.reading() as uow:
        assert queries.verified_of(uow, result) == []
    verify(factory, people.county_official, one)
    with factory.reading() as uow:
        (row,) = queries.verified_of(uow, result)
        assert (row.declaration.fen, row.unit) == (FIRST, "青州前程机械有限公司")


def test_the_database_itself_holds_to_it(factory: UnitOfWorkFactory, people: People, result: int) -> None:
    one = declared(factory, people, result)
    verify(factory, people.county_official, one)
    for change in (update(BenefitEntry).values(fen=1), delete(BenefitEntry)):
        with pytest.raises(DatabaseError), factory.writing() as uow:
            uow.session.execute(change)
    with pytest.raises(IntegrityError), factory.writing() as uow:
        uow.session.execute(update(Declaration).values(fen=1))


def test_what_a_result_is_cut_by_is_settled_when_it_is_verified(
    factory: UnitOfWorkFactory, people: People, result: int
) -> None:
    verify(factory, people.county_official, declared(factory, people, result))
    with factory.writing() as uow:
        uow.session.get_one(Result, result).category = None
        uow.session.get_one(Organisation, people.seller_id).county = "gaomi"
    with factory.reading(people.city_official) as uow:
        wanted = Filter(DEFINITIONS[FigureCode.B1], ALL_OF_IT, datetime(2027, 1, 1, tzinfo=UTC))
        assert cut(uow, wanted, Dimension.CATEGORY) == {"improvement": Figure(FIRST, 1)}
        assert cut(uow, wanted, Dimension.COUNTY) == {"qingzhou": Figure(FIRST, 1)}


def test_a_correction_is_cut_by_what_it_corrects_so_that_no_part_is_left_over(
    factory: UnitOfWorkFactory, people: People, result: int
) -> None:
    """The unit moves and the result is sorted anew before the benefit is corrected, and again before it is taken to nothing."""
    newest = declared(factory, people, result)
    verify(factory, people.city_official, newest)
    for county, quantity in (("gaomi", 9_000), ("shouguang", 0)):
        with factory.writing() as uow:
            row = uow.session.get_one(Result, result)
            row.category, row.industry = None, None
            uow.session.get_one(Organisation, people.seller_id).county = county
        newest = corrected(factory, people, newest, benefit(1_200, quantity, 0, "重新核算"))
        verify(factory, people.city_official, newest)
        wanted_fen = 1_200 * quantity
        with factory.reading(people.city_official) as uow:
            wanted = Filter(DEFINITIONS[FigureCode.B1], ALL_OF_IT, uow.now())
            for dimension in wanted.definition.dimensions:
                parts = cut(uow, wanted, dimension)
                assert [part.value for part in parts.values() if part] == [wanted_fen] * bool(quantity), dimension
            assert cut(uow, wanted, Dimension.COUNTY).get("qingzhou", Figure()).value == wanted_fen


def test_in_public_a_part_rests_on_units_however_often_they_declared(
    factory: UnitOfWorkFactory, people: People
) -> None:
    for year in (2023, 2024, 2025):
        verify(factory, people.city_official, declared(factory, people, make_result(factory, people), year=year))
    with factory.reading(people.city_official) as uow:
        wanted = Filter(DEFINITIONS[FigureCode.B1], Period(date(2023, 1, 1), date(2026, 1, 1)), uow.now())
        assert hidden_parts([picked(uow, wanted)])[Dimension.COUNTY] == {"qingzhou"}
