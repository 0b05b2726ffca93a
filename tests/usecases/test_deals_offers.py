"""Offers: one is open at most, the other side answers it, and it lapses when its last day has passed."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from marketplace.contracts.rules import PriceModel
from marketplace.contracts.terms import Terms
from marketplace.deals import offer_service
from marketplace.deals.models import Deal, Offer
from marketplace.deals.rules import OfferState
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.payments.rules import Instalment
from tests.factories import TERMS, make_contract, make_deal
from tests.personas import People

OTHER_TERMS = replace(TERMS, amount_fen=16_000_000)


def offer(factory: UnitOfWorkFactory, actor: Actor, deal_id: int, terms: Terms = TERMS) -> int:
    with factory.writing(actor) as uow:
        return offer_service.make_offer(uow, deal_id, terms).id


def states(factory: UnitOfWorkFactory) -> list[OfferState]:
    with factory.reading() as uow:
        return list(uow.session.scalars(select(Offer.state).order_by(Offer.number)))


def test_offer_and_counter_offer_until_one_is_accepted(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    first = offer(factory, people.seller_contact, deal_id)
    with factory.writing(people.company) as uow:
        second = offer_service.counter_offer(uow, first, OTHER_TERMS).id
    with factory.writing(people.seller_contact) as uow:
        accepted = offer_service.accept_offer(uow, second)
        assert (accepted.number, accepted.amount_fen, accepted.party_id) == (2, 16_000_000, people.buyer_party)
    assert states(factory) == [OfferState.COUNTERED, OfferState.ACCEPTED]


def test_a_decline_says_why(factory: UnitOfWorkFactory, people: People) -> None:
    first = offer(factory, people.seller_contact, make_deal(factory, people))
    with pytest.raises(InvalidInput) as refused, factory.writing(people.company) as uow:
        offer_service.decline_offer(uow, first, " \n ")
    assert "reason" in refused.value.fields
    with factory.writing(people.company) as uow:
        assert offer_service.decline_offer(uow, first, "超出预算").reason == "超出预算"


def test_only_the_other_side_answers_and_only_the_maker_withdraws(factory: UnitOfWorkFactory, people: People) -> None:
    first = offer(factory, people.seller_contact, make_deal(factory, people))
    for use_case in (offer_service.accept_offer, offer_service.withdraw_offer):
        for who in ("worker", "county_official", "city_official"):
            with pytest.raises(NotPermitted), factory.writing(getattr(people, who)) as uow:
                use_case(uow, first)
        for who in ("stranger", "loner", "other_official", "administrator", "colleague"):
            with pytest.raises(NotFound), factory.writing(getattr(people, who)) as uow:
                use_case(uow, first)
    with pytest.raises(NotPermitted), factory.writing(people.seller_contact) as uow:
        offer_service.accept_offer(uow, first)
    with pytest.raises(NotPermitted), factory.writing(people.company) as uow:
        offer_service.withdraw_offer(uow, first)
    with factory.writing(people.seller_contact) as uow:
        offer_service.withdraw_offer(uow, first)
    assert states(factory) == [OfferState.WITHDRAWN]


def test_one_person_of_both_parties_does_not_accept_his_own_offer(factory: UnitOfWorkFactory, people: People) -> None:
    both = replace(people.company, party_ids=people.company.party_ids | {people.seller_party})
    first = offer(factory, both, make_deal(factory, people))
    with pytest.raises(NotPermitted), factory.writing(both) as uow:
        offer_service.accept_offer(uow, first)


def test_a_second_open_offer_is_refused(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    first = offer(factory, people.seller_contact, deal_id)
    for actor in (people.seller_contact, people.company):
        with pytest.raises(Conflict), factory.writing(actor) as uow:
            offer_service.make_offer(uow, deal_id, OTHER_TERMS)
    with factory.writing(people.company) as uow:
        offer_service.accept_offer(uow, first)
    with pytest.raises(Conflict), factory.writing(people.company) as uow:
        offer_service.decline_offer(uow, first, "反悔")
    assert states(factory) == [OfferState.ACCEPTED]


def test_no_offers_beside_a_contract_text(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    make_contract(factory, people, deal_id)
    with pytest.raises(Conflict), factory.writing(people.company) as uow:
        offer_service.make_offer(uow, deal_id, OTHER_TERMS)


def test_the_last_day_counts_and_the_day_after_lapses(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    deal_id = make_deal(factory, people)
    with factory.writing(people.seller_contact) as uow:
        made = offer_service.make_offer(uow, deal_id, TERMS, date(2026, 11, 22))
        moved = uow.now()
    clock.forward(days=2, hours=13)  # 22 November, 23:00 in China
    with factory.writing() as uow:
        offer_service.lapse_overdue(uow)
    assert states(factory) == [OfferState.OPEN]
    clock.forward(hours=2)
    with pytest.raises(Conflict), factory.writing(people.company) as uow:
        offer_service.accept_offer(uow, made.id)
    with factory.writing() as uow:
        offer_service.lapse_overdue(uow)
    assert states(factory) == [OfferState.LAPSED]
    with factory.reading() as uow:
        assert uow.session.get_one(Deal, deal_id).moved_at == moved, "silence is no movement"


@pytest.mark.parametrize("last", [date(2026, 11, 19), date(2027, 11, 21)])
def test_an_offer_is_valid_from_today_to_a_year(factory: UnitOfWorkFactory, people: People, last: date) -> None:
    deal_id = make_deal(factory, people)
    with pytest.raises(InvalidInput) as refused, factory.writing(people.company) as uow:
        offer_service.make_offer(uow, deal_id, TERMS, last)
    assert "valid_until" in refused.value.fields


def test_an_offer_without_a_day_is_open_for_the_usual_days(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.reading() as uow:
        days = uow.settings.offer_days
    assert days == 14
    offer_id = offer(factory, people.seller_contact, make_deal(factory, people))
    with factory.reading() as uow:
        assert uow.session.get_one(Offer, offer_id).valid_until == date(2026, 12, 4)


def test_the_terms_of_an_offer_come_back_as_they_were_given(factory: UnitOfWorkFactory, people: People) -> None:
    lines = (Instalment(6_000_000, "合同生效后十日内"), Instalment(12_000_000, "验收合格后"))
    terms = replace(TERMS, price_model=PriceModel.INSTALMENTS, instalments=lines)
    offer_id = offer(factory, people.seller_contact, make_deal(factory, people), terms)
    with factory.reading() as uow:
        assert uow.session.get_one(Offer, offer_id).terms == terms


def test_two_answers_at_the_same_moment(factory: UnitOfWorkFactory, people: People) -> None:
    """Two people of the buyer, one accepts and one declines: exactly one of them wins, the other is told."""
    first = offer(factory, people.seller_contact, make_deal(factory, people))
    start, outcomes = threading.Barrier(2), []

    def answer(actor: Actor, accepts: bool) -> None:
        start.wait()
        try:
            with factory.writing(actor) as uow:
                if accepts:
                    offer_service.accept_offer(uow, first)
                else:
                    offer_service.decline_offer(uow, first, "太贵")
            outcomes.append("won")
        except Conflict:
            outcomes.append("told")

    threads = [
        threading.Thread(target=answer, args=(people.company, True)),
        threading.Thread(target=answer, args=(people.company_admin, False)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["told", "won"]
    assert states(factory)[0] in {OfferState.ACCEPTED, OfferState.DECLINED}
