"""Related parties: what the platform finds by itself, what parties declare, what officials establish."""

import pytest
from sqlalchemy import select

from marketplace.deals.related_service import say_related
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.matching.rules import Side
from marketplace.organisations.models import Membership, Organisation
from marketplace.organisations.rules import MembershipRole, MembershipState
from marketplace.related.models import RelationFinding
from marketplace.related.queries import related_deals
from marketplace.related.rules import Ground
from tests.factories import make_contract, make_deal, make_result
from tests.personas import People

Found = list[tuple[bool, tuple[Ground, ...], str]]


def found(factory: UnitOfWorkFactory, deal: int) -> Found:
    """What was found, the oldest first."""
    of_deal = select(RelationFinding).where(RelationFinding.deal_id == deal).order_by(RelationFinding.id)
    with factory.reading() as uow:
        return [(one.is_related, one.named_grounds, one.reason) for one in uow.session.scalars(of_deal)]


def joins(factory: UnitOfWorkFactory, actor: Actor, organisation_id: int, role: MembershipRole) -> None:
    with factory.writing() as uow:
        now = uow.now()
        uow.session.add(
            Membership(
                organisation_id=organisation_id,
                user_id=actor.user_id,
                role=role,
                state=MembershipState.ADMITTED,
                requested_at=now,
            )
        )


def test_strangers_are_not_related(factory: UnitOfWorkFactory, people: People) -> None:
    assert found(factory, make_deal(factory, people)) == [(False, (), "")]


def test_units_with_the_same_representative_are(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.seller_id).representative = "刘 明远"
        uow.session.get_one(Organisation, people.buyer_id).representative = "刘明远"
    assert found(factory, make_deal(factory, people)) == [(True, (Ground.REPRESENTATIVE,), "")]


@pytest.mark.parametrize(
    ("role", "expected"),
    [(MembershipRole.CONTACT, (True, (Ground.PERSON,), "")), (MembershipRole.MEMBER, (False, (), ""))],
)
def test_a_person_who_may_act_for_both_makes_them_related(
    factory: UnitOfWorkFactory, people: People, role: MembershipRole, expected: tuple[bool, tuple[Ground, ...], str]
) -> None:
    joins(factory, people.seller_contact, people.buyer_id, role)
    assert found(factory, make_deal(factory, people)) == [expected]


def test_a_person_who_sells_to_the_employer_is_related(factory: UnitOfWorkFactory, people: People) -> None:
    joins(factory, people.loner, people.buyer_id, MembershipRole.MEMBER)
    own = people.loner.own_party_id
    result = make_result(factory, people, people.loner, party_id=own, ownership="non_service")
    deal = make_deal(factory, people, result_id=result, to_party_id=own, side=Side.NEED)
    assert found(factory, deal) == [(True, (Ground.EMPLOYEE,), "")]


def test_a_party_declares_and_an_official_finds_otherwise(factory: UnitOfWorkFactory, people: People) -> None:
    deal = make_deal(factory, people)
    with factory.writing(people.company) as uow:
        say_related(uow, deal, True, "卖方持有我公司60%的股份")
    with factory.writing(people.seller_contact) as uow, pytest.raises(Conflict):
        say_related(uow, deal, True, "同上")
    with factory.writing(people.seller_contact) as uow, pytest.raises(NotPermitted):
        say_related(uow, deal, False, "股份已转让")
    with factory.writing(people.county_official) as uow:
        say_related(uow, deal, False, "股权已于上月转让，见工商档案")
    assert found(factory, deal) == [
        (False, (), ""),
        (True, (Ground.DECLARED,), "卖方持有我公司60%的股份"),
        (False, (), "股权已于上月转让，见工商档案"),
    ]
    with factory.reading() as uow:
        assert related_deals(uow.session) == set()


def test_a_reason_is_asked_for_and_strangers_know_nothing(factory: UnitOfWorkFactory, people: People) -> None:
    deal = make_deal(factory, people)
    with factory.writing(people.company) as uow, pytest.raises(InvalidInput):
        say_related(uow, deal, True, " ")
    for actor in (people.stranger, people.other_official):
        with factory.writing(actor) as uow, pytest.raises(NotFound):
            say_related(uow, deal, True, "听说")


def test_the_platform_looks_again_before_the_contract_is_signed(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    """A new ground is put on record; one that an official has dealt with is not raised again."""
    deal = make_deal(factory, people)
    joins(factory, people.company, people.seller_id, MembershipRole.ADMINISTRATOR)
    clock.forward(days=1)
    make_contract(factory, people, deal)
    assert found(factory, deal) == [(False, (), ""), (True, (Ground.PERSON,), "")]
    other = make_deal(factory, people)
    clock.forward(days=1)
    with factory.writing(people.city_official) as uow:
        say_related(uow, other, False, "仅为代办手续的联系人")
    make_contract(factory, people, other)
    assert [is_related for is_related, _, _ in found(factory, other)] == [True, False]
