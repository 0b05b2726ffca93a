"""An accepted interest opens one deal, with the sides, counties and industry as they are that day."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from marketplace.accounts.models import User
from marketplace.contracts.rules import EndReason
from marketplace.deals.models import Deal, Step
from marketplace.deals.service import open_from_interest, take
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, DomainError, NotFound
from marketplace.kernel.permissions import Actor
from marketplace.listings.rules import Industry
from marketplace.matching.events import InterestMoved
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState, Side
from marketplace.organisations.models import Organisation
from tests.factories import make_deal, make_interest, make_need, make_result
from tests.personas import People


def deal_of(factory: UnitOfWorkFactory, deal_id: int) -> Deal:
    with factory.reading() as uow:
        return uow.session.get_one(Deal, deal_id)


def test_a_deal_keeps_sides_counties_and_the_industry_of_the_result(factory: UnitOfWorkFactory, people: People) -> None:
    deal = deal_of(factory, make_deal(factory, people))
    assert (deal.seller_party_id, deal.buyer_party_id) == (people.seller_party, people.buyer_party)
    assert (deal.seller_county, deal.buyer_county) == ("qingzhou", "shouguang")
    assert (deal.title, deal.industry) == ("变压器油箱自动焊接工装", Industry.MACHINERY)


def test_the_title_of_a_deal_is_one_line_without_hidden_marks(factory: UnitOfWorkFactory, people: People) -> None:
    forged = make_result(factory, people, title="X\n\n第一条　伪造\u202e\u200b")
    assert deal_of(factory, make_deal(factory, people, result_id=forged)).title == "X 第一条　伪造"


@pytest.mark.parametrize(
    ("side", "sender", "receiver"),
    [(Side.RESULT, "seller_party", "buyer_party"), (Side.NEED, "buyer_party", "seller_party")],
)
def test_whoever_asks_the_result_side_sells(
    factory: UnitOfWorkFactory, people: People, side: Side, sender: str, receiver: str
) -> None:
    parties = {"from_party_id": getattr(people, sender), "to_party_id": getattr(people, receiver)}
    deal = deal_of(factory, make_deal(factory, people, side=side, **parties))
    assert (deal.seller_party_id, deal.buyer_party_id) == (people.seller_party, people.buyer_party)


def test_about_a_result_alone_the_sender_buys(factory: UnitOfWorkFactory, people: People) -> None:
    deal = deal_of(factory, make_deal(factory, people, result_id=make_result(factory, people)))
    assert (deal.seller_party_id, deal.buyer_party_id) == (people.seller_party, people.buyer_party)
    assert deal.need_id is None


def test_about_a_need_alone_the_sender_sells_and_the_industry_is_not_filled_in(
    factory: UnitOfWorkFactory, people: People
) -> None:
    asked = {"side": Side.RESULT, "from_party_id": people.seller_party, "to_party_id": people.buyer_party}
    deal = deal_of(factory, make_deal(factory, people, need_id=make_need(factory, people), **asked))
    assert (deal.seller_party_id, deal.buyer_party_id) == (people.seller_party, people.buyer_party)
    assert (deal.title, deal.industry) == ("大型储罐焊接变形控制", None)


def test_a_party_without_a_county_takes_that_of_its_listing(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.seller_id).county = None
    listing = {"result_id": make_result(factory, people, county="gaomi"), "need_id": make_need(factory, people)}
    deal = deal_of(factory, make_deal(factory, people, **listing))
    assert (deal.seller_county, deal.buyer_county) == ("gaomi", "shouguang")


def test_a_person_has_the_county_of_his_workplace(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.reading() as uow:
        assert uow.session.get_one(User, people.worker.user_id).county == "qingzhou"
    own = make_result(factory, people, party_id=people.worker.own_party_id, county="anqiu")
    deal = deal_of(factory, make_deal(factory, people, result_id=own, to_party_id=people.worker.own_party_id))
    assert (deal.seller_party_id, deal.seller_county) == (people.worker.own_party_id, "qingzhou")


def test_opening_twice_gives_the_same_deal(factory: UnitOfWorkFactory, people: People) -> None:
    interest_id = make_interest(factory, people)
    ids = set()
    for actor in (people.company, people.seller_contact):
        with factory.writing(actor) as uow:
            ids.add(open_from_interest(uow, interest_id).id)
    assert len(ids) == 1
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(Step.id))) == 1


def make_both_ways(factory: UnitOfWorkFactory, people: People) -> tuple[int, int]:
    """Accepted interests in one result and need: the buyer's and the seller's."""
    pair = {"result_id": make_result(factory, people), "need_id": make_need(factory, people)}
    back = {"from_party_id": people.seller_party, "to_party_id": people.buyer_party}
    return make_interest(factory, people, **pair), make_interest(factory, people, side=Side.RESULT, **pair, **back)


def ask(factory: UnitOfWorkFactory, actor: Actor, interest_id: int) -> int:
    with factory.writing(actor) as uow:
        return open_from_interest(uow, interest_id).id


@pytest.mark.parametrize("order", [1, -1])
def test_an_interest_each_way_opens_one_deal(factory: UnitOfWorkFactory, people: People, order: int) -> None:
    first, second = make_both_ways(factory, people)[::order]
    deal_id = ask(factory, people.company, first)
    assert ask(factory, people.seller_contact, second) == ask(factory, people.company, first) == deal_id


def test_both_ways_at_the_same_moment(factory: UnitOfWorkFactory, people: People) -> None:
    interests = make_both_ways(factory, people)
    start, found = threading.Barrier(2), []

    def at_once(actor: Actor, interest_id: int) -> None:
        start.wait()
        found.append(ask(factory, actor, interest_id))

    pairs = zip((people.company, people.seller_contact), interests, strict=True)
    threads = [threading.Thread(target=at_once, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1


@pytest.mark.parametrize(("days", "is_same"), [(0, True), (30, False)])
def test_after_a_lost_deal_only_what_is_accepted_later_begins_afresh(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, days: int, is_same: bool
) -> None:
    first, second = make_both_ways(factory, people)
    deal_id = ask(factory, people.company, first)
    with factory.writing(people.company) as uow:
        take(uow, deal_id, "lose", "预算取消", EndReason.PRICE)
    clock.forward(days=days)
    with factory.writing() as uow:
        uow.session.get_one(Interest, second).answered_at = clock.now()
    assert (ask(factory, people.seller_contact, second) == deal_id) is is_same
    assert ask(factory, people.company, first) == deal_id


def test_the_accepted_interest_opens_it_by_itself(
    factory: UnitOfWorkFactory, people: People, drain: Callable[[], int]
) -> None:
    interest_id = make_interest(factory, people)
    accepted = InterestMoved(interest_id, "accept", people.buyer_party, people.seller_party)
    with factory.writing(people.seller_contact) as uow:
        for action in ("express", "accept", "accept"):
            uow.emit(replace(accepted, action=action))
    drain()
    with factory.reading() as uow:
        assert list(uow.session.scalars(select(Deal.interest_id))) == [interest_id]


@pytest.mark.parametrize("state", [InterestState.DELIVERED, InterestState.LAPSED])
def test_an_interest_that_is_not_accepted_opens_nothing(
    factory: UnitOfWorkFactory, people: People, state: InterestState
) -> None:
    interest_id = make_interest(factory, people, state=state)
    with pytest.raises(Conflict), factory.writing(people.company) as uow:
        open_from_interest(uow, interest_id)


@pytest.mark.parametrize("who", ["stranger", "loner", "worker", "city_official", "administrator"])
def test_only_the_parties_may_ask_for_it(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    interest_id = make_interest(factory, people)
    with pytest.raises(NotFound), factory.writing(getattr(people, who)) as uow:
        open_from_interest(uow, interest_id)
    with pytest.raises(NotFound), factory.writing(people.company) as uow:
        open_from_interest(uow, 999)


def test_both_open_it_at_the_same_moment(factory: UnitOfWorkFactory, people: People) -> None:
    interest_id = make_interest(factory, people)
    start, failed = threading.Barrier(2), []

    def ask(who: str) -> None:
        start.wait()
        try:
            with factory.writing(getattr(people, who)) as uow:
                open_from_interest(uow, interest_id)
        except DomainError as error:
            failed.append(error)

    threads = [threading.Thread(target=ask, args=(who,)) for who in ("company", "seller_contact")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(Deal.id))) == 1
    assert failed == []
