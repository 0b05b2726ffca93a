"""Lists of deals: mine with who owes what, an official's, the stalled ones; the timeline."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from marketplace.contracts.rules import EndReason
from marketplace.deals import offer_service, queries, service
from marketplace.deals.models import Deal, Entry
from marketplace.deals.progress import Who
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from tests.factories import TERMS, make_contract, make_deal, make_letter, make_need, make_result, make_signed, sign
from tests.personas import People


def mine(factory: UnitOfWorkFactory, actor: Actor) -> list[queries.DealRow]:
    with factory.reading(actor) as uow:
        return list(queries.mine(uow))


def test_what_i_owe_stands_first(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    owed, waiting = make_deal(factory, people), make_deal(factory, people)
    with factory.writing(people.seller_contact) as uow:
        offer_service.make_offer(uow, owed, TERMS, date(2026, 11, 30))
    clock.forward(hours=1)
    with factory.writing(people.company) as uow:
        offer_service.make_offer(uow, waiting, TERMS)
    first, second = mine(factory, people.company)
    assert (first.id, first.owed_by_me, first.next.who, first.next.due) == (owed, True, Who.BUYER, date(2026, 11, 30))
    assert (second.id, second.owed_by_me, second.next.who) == (waiting, False, Who.SELLER)
    assert (first.amount_fen, first.seller.name, first.is_overdue) == (18_000_000, "青州前程机械有限公司", False)
    clock.forward(days=11)
    assert mine(factory, people.company)[0].is_overdue


def test_the_author_sees_his_deal_without_owing(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    (row,) = mine(factory, people.worker)
    assert (row.id, row.owed_by_me) == (deal_id, False)
    for who in ("stranger", "colleague", "county_official", "administrator"):
        assert mine(factory, getattr(people, who)) == []


def test_an_author_who_has_left_the_unit_reads_and_writes_no_more(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    gone = replace(people.worker, organisation_ids=frozenset())
    elsewhere = replace(people.worker, organisation_ids=frozenset({people.buyer_id}))
    for actor in (gone, elsewhere):
        assert mine(factory, actor) == []
        with pytest.raises(NotFound), factory.reading(actor) as uow:
            queries.room(uow, deal_id)
        with pytest.raises(NotFound), factory.writing(actor) as uow:
            service.write(uow, deal_id, "我还在")


def test_the_author_of_the_need_counts_for_the_buyer(factory: UnitOfWorkFactory, people: People) -> None:
    clerk = replace(people.loner, organisation_ids=frozenset({people.buyer_id}))
    listings = {"result_id": make_result(factory, people), "need_id": make_need(factory, people, clerk)}
    deal_id = make_deal(factory, people, **listings)
    assert [row.id for row in mine(factory, clerk)] == [deal_id]
    assert mine(factory, people.loner) == []


def test_who_sells_his_own_result_needs_no_unit(factory: UnitOfWorkFactory, people: People) -> None:
    party = people.loner.own_party_id
    own = make_result(factory, people, people.loner, party_id=party)
    deal_id = make_deal(factory, people, result_id=own, to_party_id=party)
    with factory.reading(people.loner) as uow:
        assert Relation.AUTHOR in queries.room(uow, deal_id).relations


def test_signatures_change_whose_turn_it_is(factory: UnitOfWorkFactory, people: People) -> None:
    document_id = make_contract(factory, people, make_deal(factory, people))
    assert mine(factory, people.company)[0].next.who is Who.BOTH
    sign(factory, people.company, document_id)
    assert mine(factory, people.company)[0].next.who is Who.SELLER
    sign(factory, people.seller_contact, document_id)
    assert mine(factory, people.seller_contact)[0].owed_by_me


def test_a_letter_that_waits_is_a_step_too(factory: UnitOfWorkFactory, people: People) -> None:
    letter_id = make_letter(factory, people, make_deal(factory, people))
    sign(factory, people.company, letter_id)
    (row,) = mine(factory, people.seller_contact)
    assert (row.owed_by_me, row.next.label) == (True, "Sign the letter of intent")


def test_stalled_deals_of_an_officials_counties(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    silent, talking = make_deal(factory, people), make_deal(factory, people)
    signed = make_signed(factory, people)
    clock.forward(days=20)
    with factory.writing(people.company) as uow:
        service.write(uow, silent, "还在吗？")
        offer_service.make_offer(uow, talking, TERMS)
    clock.forward(days=10, hours=1)
    for who, expected in (("county_official", [silent]), ("city_official", [silent]), ("other_official", [])):
        with factory.reading(getattr(people, who)) as uow:
            assert [row.id for row in queries.stalled(uow)] == expected
    clock.forward(days=60)
    with factory.reading(people.county_official) as uow:
        assert {row.id for row in queries.stalled(uow)} == {silent, talking, signed}
        assert {row.id for row in queries.in_office(uow)} == {silent, talking, signed}
    with factory.reading(people.company) as uow:
        assert queries.stalled(uow) == queries.in_office(uow) == ()
        assert queries.count_stalled(uow) == (0, None)


def test_a_limit_keeps_the_longest_standstill(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    oldest = make_deal(factory, people)
    clock.forward(hours=1)
    newer = make_deal(factory, people)
    clock.forward(days=40)
    with factory.reading(people.city_official) as uow:
        assert [row.id for row in queries.stalled(uow)] == [oldest, newer]
        assert [row.id for row in queries.stalled(uow, limit=1)] == [oldest]
        count, since = queries.count_stalled(uow)
        assert (count, since) == (2, uow.session.get_one(Deal, oldest).moved_at)


def test_the_timeline_tells_everything_newest_first(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    deal_id = make_deal(factory, people)
    clock.forward(hours=1)
    with factory.writing(people.worker) as uow:
        service.write(uow, deal_id, "您好")
    clock.forward(hours=1)
    document_id = make_contract(factory, people, deal_id)
    sign(factory, people.company, document_id)
    with factory.reading(people.company) as uow:
        lines = queries.room(uow, deal_id).timeline
    assert [line.label for line in lines] == [
        "Contract signed",
        "Contract sent for signature",
        "Went on to signing",
        "Contract text written",
        "Went on to the contract text",
        "Offer accepted",
        "Offer made",
        "",
        "Deal opened",
    ]
    assert [line.who for line in lines[:2]] == ["孙丽华", "赵文博"]


@pytest.mark.parametrize(("payable", "booked"), [(0, -18_000_000), (5_000_000, -13_000_000), (18_000_000, 0)])
def test_a_termination_books_off_what_is_no_longer_payable(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, payable: int, booked: int
) -> None:
    deal_id = make_signed(factory, people)
    clock.forward(days=40)
    with factory.writing(people.city_official) as uow:
        service.terminate(uow, deal_id, "双方协商终止", payable, EndReason.PLANS)
    with factory.reading() as uow:
        entries = uow.session.scalars(select(Entry).order_by(Entry.id)).all()
        deal = uow.session.get_one(Deal, deal_id)
    assert [(entry.amount_fen, entry.dated) for entry in entries] == [
        (18_000_000, date(2026, 11, 20)),
        (booked, date(2026, 12, 30)),
    ]
    assert (deal.state, deal.reason, deal.ended_at) == ("terminated", "双方协商终止", clock.now())
    with pytest.raises(Conflict), factory.writing(people.city_official) as uow:
        service.terminate(uow, deal_id, "再一次", 0, EndReason.PLANS)


def test_who_terminates_and_with_what(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_signed(factory, people)
    for who in ("company", "seller_contact", "worker"):
        with pytest.raises(NotPermitted), factory.writing(getattr(people, who)) as uow:
            service.terminate(uow, deal_id, "我不要了", 0, EndReason.PLANS)
    for reason, payable in (("", 0), ("终止", -1), ("终止", 18_000_001)):
        with pytest.raises(InvalidInput), factory.writing(people.city_official) as uow:
            service.terminate(uow, deal_id, reason, payable, EndReason.PLANS)
