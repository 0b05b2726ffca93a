"""Two records that may be one contract: found when either is made, and settled by an official."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select

from marketplace.contracts.rules import EndReason
from marketplace.deals import document_service
from marketplace.deals import service as deals
from marketplace.duplicates import finding, queries, service, weights
from marketplace.duplicates.models import Duplicate
from marketplace.duplicates.rules import DuplicateState, RecordKind
from marketplace.duplicates.sources import record_of
from marketplace.duplicates.weights import Waiting, Weight
from marketplace.home.review_queue import Wanted, listed
from marketplace.home.rules import ReviewKind
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound
from marketplace.kernel.permissions import Actor
from marketplace.matching.rules import Side
from marketplace.offline import queries as ledger
from marketplace.offline import service as offline
from marketplace.offline.queries import Sum
from marketplace.results.models import Contributor
from marketplace.statistics.adding import total as figure
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import FigureCode, year_to
from tests.crowd import run_at_once
from tests.factories import TERMS, make_contract, make_deal, make_result, make_signed, sign
from tests.offline import DAY, OTHER, TOLD, entered, pairs, total
from tests.personas import People

Drain = Callable[[], int]
OPEN, SAME, DIFFERENT, MOOT = DuplicateState


def the_pair(factory: UnitOfWorkFactory) -> int:
    with factory.reading() as uow:
        return uow.session.scalars(select(Duplicate.id)).one()


def test_a_contract_and_a_row_are_found_whichever_comes_first(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    entry = entered(factory, people.city_official)
    drain()
    assert pairs(factory) == []
    deal = make_signed(factory, people)
    drain()
    assert pairs(factory) == [(f"deal:{deal}", f"offline:{entry}", OPEN)]
    with factory.writing(people.city_official) as uow, pytest.raises(InvalidInput) as refused:
        offline.enter(uow, replace(TOLD, fen=18_300_000))
    assert set(refused.value.fields) == {"all_the_same"}
    again = entered(factory, people.city_official, replace(TOLD, fen=18_300_000), all_the_same=True)
    drain()
    assert {(first, second) for first, second, _ in pairs(factory)} == {
        (f"deal:{deal}", f"offline:{entry}"),
        (f"deal:{deal}", f"offline:{again}"),
        (f"offline:{entry}", f"offline:{again}"),
    }


def test_a_text_that_is_only_sent_is_compared_and_a_draft_is_not(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    entered(factory, people.city_official)
    deal = make_deal(factory, people)
    drain()
    assert pairs(factory) == []
    make_contract(factory, people, deal)
    drain()
    assert [state for _, _, state in pairs(factory)] == [OPEN]


def test_two_workers_find_one_pair(factory: UnitOfWorkFactory, people: People) -> None:
    deal, entry = make_signed(factory, people), entered(factory, people.city_official, all_the_same=True)

    def look(kind: RecordKind, id_: int) -> None:
        with factory.writing() as uow:
            record = record_of(uow.session, kind, id_)
            assert record is not None
            finding.look(uow, record)

    first, second = partial(look, RecordKind.DEAL, deal), partial(look, RecordKind.OFFLINE, entry)
    run_at_once([first, second, first])
    assert pairs(factory) == [(f"deal:{deal}", f"offline:{entry}", OPEN)]


def test_the_same_takes_the_row_off_and_names_the_contract(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    deal = make_signed(factory, people)
    entry = entered(factory, people.city_official, all_the_same=True)
    drain()
    with factory.writing(people.county_official) as uow:
        service.confirm(uow, the_pair(factory), f"deal:{deal}", "合同编号一致")
    drain()
    assert pairs(factory) == [(f"deal:{deal}", f"offline:{entry}", SAME)]
    assert total(factory, people.city_official) == Sum(0, 0)
    with factory.reading(people.city_official) as uow:
        page = ledger.entry_page(uow, entry)
        signed = figure(uow, Filter(DEFINITIONS[FigureCode.A1], year_to(DAY.replace(month=12)), uow.now()))
    assert page.same_as == ("deal", deal)
    assert signed.value == 18_000_000


def test_beside_a_contract_a_row_never_counts(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    make_signed(factory, people)
    entry = entered(factory, people.city_official, all_the_same=True)
    drain()
    for standing in (f"offline:{entry}", "deal:99", ""):
        with factory.writing(people.city_official) as uow, pytest.raises(InvalidInput):
            service.confirm(uow, the_pair(factory), standing, "合同编号一致")
    assert [state for _, _, state in pairs(factory)] == [OPEN]


def test_of_two_rows_the_chosen_one_counts(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    first = entered(factory, people.city_official)
    second = entered(factory, people.city_official, replace(TOLD, fen=18_500_000), all_the_same=True)
    drain()
    with factory.writing(people.city_official) as uow:
        service.confirm(uow, the_pair(factory), f"offline:{second}", "合同编号一致")
    assert total(factory, people.city_official) == Sum(18_500_000, 1)
    with factory.reading(people.city_official) as uow:
        assert ledger.entry_page(uow, first).same_as == ("offline", second)


def test_different_asks_for_a_reason_and_nobody_is_asked_again(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    deal = make_signed(factory, people)
    entered(factory, people.city_official, all_the_same=True)
    drain()
    with factory.writing(people.city_official) as uow, pytest.raises(InvalidInput):
        service.distinguish(uow, the_pair(factory), " ")
    with factory.writing(people.city_official) as uow:
        service.distinguish(uow, the_pair(factory), "第二条生产线，另签合同")
    assert total(factory, people.city_official).count == 1
    with factory.writing() as uow:
        record = record_of(uow.session, RecordKind.DEAL, deal)
        assert record is not None
        finding.look(uow, record)
    assert [state for _, _, state in pairs(factory)] == [DIFFERENT]
    with factory.writing(people.city_official) as uow, pytest.raises(Conflict):
        service.confirm(uow, the_pair(factory), f"deal:{deal}", "合同编号一致")


def two_deals(factory: UnitOfWorkFactory, people: People) -> tuple[int, int]:
    """Two contracts of the same two about two results of much the same name."""
    first = make_signed(factory, people)
    result = make_result(factory, people, title="变压器油箱焊接工装（二次签约）")
    return first, make_signed(factory, people, result_id=result)


def test_two_contracts_that_are_the_same_book_nothing_and_are_shown_apart(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    first, second = two_deals(factory, people)
    drain()
    assert pairs(factory) == [(f"deal:{first}", f"deal:{second}", OPEN)]
    with factory.reading(people.city_official) as uow:
        assert weights.waiting(uow.session, uow.actor) == Waiting(Weight(1, 18_000_000), Weight())
    with factory.writing(people.city_official) as uow:
        service.confirm(uow, the_pair(factory), f"deal:{first}", "合同编号一致")

    def signed() -> int:
        with factory.reading(people.city_official) as uow:
            return figure(uow, Filter(DEFINITIONS[FigureCode.A1], year_to(DAY.replace(month=12)), uow.now())).value

    def twice() -> Weight:
        with factory.reading(people.city_official) as uow:
            return weights.counted_twice(uow.session, uow.actor)

    assert (signed(), twice()) == (36_000_000, Weight(1, 18_000_000))
    with factory.writing(people.city_official) as uow:
        deals.terminate(uow, second, "与首份合同重复，双方确认", 0, EndReason.OTHER)
    drain()
    assert (signed(), twice()) == (18_000_000, Weight(0, 0))
    assert [state for _, _, state in pairs(factory)] == [SAME]


def test_three_copies_of_one_contract_are_two_too_many(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    """Of three pairs each names one contract again: what is too much is two amounts, whether it waits or is confirmed."""
    first, _ = two_deals(factory, people)
    third = make_result(factory, people, title="变压器油箱焊接工装（第三次签约）")
    last = make_signed(factory, people, result_id=third)
    drain()
    waiting = [id_ for id_, *_ in enumerate(pairs(factory), 1)]
    assert len(waiting) == 3

    def seen() -> tuple[Weight, Weight]:
        with factory.reading(people.city_official) as uow:
            found = weights.waiting(uow.session, uow.actor).contracts
            return found, weights.counted_twice(uow.session, uow.actor)

    assert seen() == (Weight(3, 36_000_000), Weight())
    for place, id_ in enumerate(waiting, 1):
        with factory.writing(people.city_official) as uow:
            kept = queries.pair(uow, id_).first
            service.confirm(uow, id_, service.name_of(kept), "合同编号一致")
        found, twice = seen()
        assert found.count == 3 - place
        assert found.fen + twice.fen == 36_000_000
    assert seen() == (Weight(), Weight(2, 36_000_000))
    with factory.writing(people.city_official) as uow:
        deals.terminate(uow, last, "与首份合同重复，双方确认", 0, EndReason.OTHER)
    drain()
    assert seen() == (Weight(), Weight(1, 18_000_000))
    assert first


def test_pairs_with_a_row_of_the_ledger_are_told_apart(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    """Beside a contract every row is too much; of rows alone all but the largest are."""
    make_signed(factory, people)
    entered(factory, people.city_official, all_the_same=True)
    entered(factory, people.city_official, replace(TOLD, fen=18_300_000), all_the_same=True)
    entered(factory, people.city_official, OTHER)
    entered(factory, people.city_official, replace(OTHER, fen=18_100_000), all_the_same=True)
    drain()
    with factory.reading(people.city_official) as uow:
        found = weights.waiting(uow.session, uow.actor)
    assert found == Waiting(Weight(), Weight(4, 18_000_000 + 18_300_000 + 18_000_000))


def test_what_no_longer_stands_is_no_question(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    """A text that was declined, and a row that was taken off; the next text raises the question again."""
    deal = make_deal(factory, people)
    text = make_contract(factory, people, deal)
    entry = entered(factory, people.city_official, all_the_same=True)
    drain()
    with factory.writing(people.company) as uow:
        document_service.decline(uow, text, "价格要改")
    drain()
    assert [state for _, _, state in pairs(factory)] == [MOOT]
    with factory.writing(people.city_official) as uow, pytest.raises(Conflict):
        service.confirm(uow, the_pair(factory), f"deal:{deal}", "合同编号一致")
    with factory.writing(people.seller_contact) as uow:
        deals.take(uow, deal, "reopen")
    second = make_contract(factory, people, deal, replace(TERMS, amount_fen=17_900_000))
    drain()
    assert [state for _, _, state in pairs(factory)] == [OPEN]
    sign(factory, people.seller_contact, second)
    sign(factory, people.company, second)
    with factory.writing(people.city_official) as uow:
        offline.take_off(uow, entry, "录错了")
    drain()
    assert [state for _, _, state in pairs(factory)] == [MOOT]


def test_a_contract_that_is_only_sent_takes_no_row_off(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    """Else the deal would count nowhere, should the buyer decline to sign."""
    entered(factory, people.city_official)
    deal = make_deal(factory, people)
    text = make_contract(factory, people, deal)
    drain()
    with factory.writing(people.city_official) as uow, pytest.raises(InvalidInput) as refused:
        service.confirm(uow, the_pair(factory), f"deal:{deal}", "合同编号一致")
    assert set(refused.value.fields) == {"standing"}
    assert total(factory, people.city_official).count == 1
    assert [state for _, _, state in pairs(factory)] == [OPEN]
    sign(factory, people.seller_contact, text)
    sign(factory, people.company, text)
    drain()
    with factory.writing(people.city_official) as uow:
        service.confirm(uow, the_pair(factory), f"deal:{deal}", "合同编号一致")
    assert total(factory, people.city_official) == Sum(0, 0)


def test_of_two_contracts_the_one_in_force_counts(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    signed = make_signed(factory, people)
    sent = make_deal(factory, people, result_id=make_result(factory, people, title="变压器油箱焊接工装（二次签约）"))
    make_contract(factory, people, sent)
    drain()
    with factory.writing(people.city_official) as uow, pytest.raises(InvalidInput):
        service.confirm(uow, the_pair(factory), f"deal:{sent}", "合同编号一致")
    with factory.writing(people.city_official) as uow:
        service.confirm(uow, the_pair(factory), f"deal:{signed}", "合同编号一致")
    with factory.reading(people.city_official) as uow:
        assert not queries.pair(uow, the_pair(factory)).counts_twice, "The second is not signed, so it counts nowhere."


def test_a_pair_with_a_row_of_another_county_is_for_the_city(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    """青州 knows nothing of the second row, so it neither sees the pair nor books that row off."""
    first = entered(factory, people.city_official, replace(TOLD, buyer_county=None))
    elsewhere = replace(TOLD, seller_county=None)
    second = entered(factory, people.city_official, elsewhere, all_the_same=True)
    drain()
    with factory.reading(people.county_official) as uow:
        with pytest.raises(NotFound):
            queries.pair(uow, the_pair(factory))
        assert queries.listed(uow, OPEN) == []
        assert queries.of_record(uow, RecordKind.OFFLINE, first) == []
        assert listed(uow, Wanted(ReviewKind.DUPLICATE)) == []
    with factory.writing(people.county_official) as uow, pytest.raises(NotFound):
        service.confirm(uow, the_pair(factory), f"offline:{first}", "合同编号一致")
    with factory.reading(people.city_official) as uow:
        assert len(listed(uow, Wanted(ReviewKind.DUPLICATE))) == 1
    with factory.writing(people.city_official) as uow:
        service.confirm(uow, the_pair(factory), f"offline:{second}", "合同编号一致")
    assert total(factory, people.city_official) == Sum(18_000_000, 1)


def test_who_settles_it(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    """Officials of a county concerned and of the city; nobody with a stake in the contract."""
    deal = make_signed(factory, people)
    entered(factory, people.city_official, all_the_same=True)
    drain()

    def waiting(actor: Actor) -> int:
        with factory.reading(actor) as uow:
            return len(listed(uow, Wanted(ReviewKind.DUPLICATE)))

    seen = [waiting(one) for one in (people.county_official, people.city_official, people.other_official)]
    assert seen == [1, 1, 0]
    for actor in (people.other_official, people.company, people.administrator):
        with factory.writing(actor) as uow, pytest.raises(NotFound):
            service.distinguish(uow, the_pair(factory), "不是同一份")
    with factory.writing() as uow:
        record = record_of(uow.session, RecordKind.DEAL, deal)
        assert record is not None
        made = Contributor(result_id=record.result_id, user_id=people.county_official.user_id, name="冯工会", place=2)
        uow.session.add(made)
    assert waiting(people.county_official) == 0
    with factory.writing(people.county_official) as uow, pytest.raises(NotFound):
        service.confirm(uow, the_pair(factory), f"deal:{deal}", "合同编号一致")


def test_a_natural_person_is_known_by_name(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    result = make_result(factory, people, party_id=people.worker.own_party_id, ownership="non_service")
    interest = {"result_id": result, "to_party_id": people.worker.own_party_id, "side": Side.NEED}
    deal = make_deal(factory, people, **interest)
    make_contract(factory, replace(people, seller_contact=people.worker), deal)
    entry = entered(factory, people.city_official, replace(TOLD, seller_name="王建国"), all_the_same=True)
    entered(factory, people.city_official, OTHER)
    drain()
    assert pairs(factory) == [(f"deal:{deal}", f"offline:{entry}", OPEN)]
