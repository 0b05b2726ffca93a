"""Whom an offer may name as makers of the result, and with which shares."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from marketplace.contracts.makers import Maker
from marketplace.deals import document_service, offer_service
from marketplace.deals.makers import possible_makers
from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.results.models import Contributor, Result
from marketplace.results.rules import Ownership
from tests.factories import TERMS, make_deal
from tests.making import made_by, named, shared
from tests.personas import People


@pytest.mark.parametrize(
    "shares",
    [
        ((1000, "worker"),),
        ((1000, "worker"), (1000, "stranger")),
        ((1000, "worker"), (0, "colleague")),
        ((6000, "worker"), (4001, "colleague")),
        ((1000, "worker"), (1000, "worker")),
    ],
    ids=["one left out", "a stranger", "nothing", "more than all", "twice"],
)
def test_shares_that_cannot_be_are_refused_beside_their_field(
    factory: UnitOfWorkFactory, people: People, shares: tuple[tuple[int, str], ...]
) -> None:
    deal_id = make_deal(factory, people, result_id=made_by(factory, people, people.worker, people.colleague))
    makers = tuple(Maker(getattr(people, who).user_id, share_bp) for share_bp, who in shares)
    with factory.writing(people.seller_contact) as uow, pytest.raises(InvalidInput) as error:
        offer_service.make_offer(uow, deal_id, replace(TERMS, makers=makers))
    assert "makers" in error.value.fields


def test_nobody_signs_as_a_maker_of_what_is_his_own_or_where_one_cannot_sign(
    factory: UnitOfWorkFactory, people: People
) -> None:
    result_id = made_by(factory, people, people.worker)
    deal_id = make_deal(factory, people, result_id=result_id)
    with factory.writing() as uow:
        uow.session.get_one(Result, result_id).ownership = Ownership.NON_SERVICE
    with factory.writing(people.seller_contact) as uow, pytest.raises(InvalidInput):
        offer_service.make_offer(uow, deal_id, shared((people.worker, 1000)))
    with factory.writing() as uow:
        uow.session.get_one(Result, result_id).ownership = Ownership.SERVICE
        uow.session.add(Contributor(result_id=result_id, place=2, name="没有账号的人", user_id=None))
    with factory.writing(people.seller_contact) as uow, pytest.raises(InvalidInput):
        offer_service.make_offer(uow, deal_id, shared((people.worker, 1000)))


@pytest.mark.parametrize("why", ["shared", "not agreed", "ten"])
def test_nobody_is_named_without_his_word_nor_of_what_is_not_the_units(
    factory: UnitOfWorkFactory, people: People, why: str
) -> None:
    result_id = made_by(factory, people, people.worker)
    deal_id = make_deal(factory, people, result_id=result_id)
    with factory.writing() as uow:
        result = uow.session.get_one(Result, result_id)
        result.ownership = Ownership.SHARED if why == "shared" else Ownership.SERVICE
        if why == "not agreed":
            uow.session.scalars(select(Contributor)).one().consented_at = None
        for place in range(2, 11 if why == "ten" else 0):
            uow.session.add(named(result_id, place, people.worker))
    with factory.writing(people.seller_contact) as uow:
        assert possible_makers(uow.session, uow.session.get_one(Deal, deal_id)).people == ()
        with pytest.raises(InvalidInput):
            offer_service.make_offer(uow, deal_id, shared((people.worker, 1000)))


def agreed_upon(factory: UnitOfWorkFactory, people: People) -> int:
    """A deal whose accepted offer gives a share to the worker, who alone made the result. Returns its id."""
    result_id = made_by(factory, people, people.worker)
    deal_id = make_deal(factory, people, result_id=result_id)
    with factory.writing(people.seller_contact) as uow:
        offer_id = offer_service.make_offer(uow, deal_id, shared((people.worker, 1000))).id
    with factory.writing(people.company) as uow:
        offer_service.accept_offer(uow, offer_id)
    return deal_id


def test_who_takes_back_his_word_is_not_called_another(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = agreed_upon(factory, people)
    with factory.writing() as uow:
        uow.session.scalars(select(Contributor)).one().consented_at = None
    with factory.writing(people.seller_contact) as uow, pytest.raises(Conflict, match="not agreed to be named"):
        document_service.draft_contract(uow, deal_id)


def test_the_contract_is_not_written_once_others_have_made_the_result(
    factory: UnitOfWorkFactory, people: People
) -> None:
    deal_id = agreed_upon(factory, people)
    with factory.writing() as uow:
        uow.session.add(
            Contributor(
                result_id=uow.session.get_one(Deal, deal_id).result_id,
                place=2,
                name=people.colleague.name,
                user_id=people.colleague.user_id,
            )
        )
    with factory.writing(people.seller_contact) as uow, pytest.raises(Conflict):
        document_service.draft_contract(uow, deal_id)
