"""People are admitted by the organisation's administrator, who never is the last to leave."""

from contextlib import suppress

import pytest

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.organisations import members, queries
from marketplace.organisations.actors import actor_of
from marketplace.organisations.models import Membership
from marketplace.organisations.rules import MembershipRole, MembershipState
from tests.crowd import run_at_once
from tests.personas import People

MEMBER, CONTACT, ADMINISTRATOR = MembershipRole.MEMBER, MembershipRole.CONTACT, MembershipRole.ADMINISTRATOR


def now(factory: UnitOfWorkFactory, actor: Actor) -> Actor:
    with factory.reading() as uow:
        return actor_of(uow.session, uow.session.get_one(User, actor.user_id))


def asked(factory: UnitOfWorkFactory, who: Actor, organisation_id: int) -> int:
    with factory.writing(who) as uow:
        return members.request(uow, organisation_id).id


def place_of(factory: UnitOfWorkFactory, who: Actor) -> int:
    with factory.reading() as uow:
        (place,) = queries.memberships_of(uow.session, who.user_id or 0)
        return place.id


def test_a_request_gives_no_right_before_it_is_admitted(factory: UnitOfWorkFactory, people: People) -> None:
    membership = asked(factory, people.loner, people.buyer_id)
    assert now(factory, people.loner).organisation_ids == frozenset()
    with factory.writing(people.company_admin) as uow:
        members.admit(uow, membership, CONTACT)
    assert now(factory, people.loner).acts_for(people.buyer_party)


def test_a_member_belongs_to_it_but_does_not_act_for_it(factory: UnitOfWorkFactory, people: People) -> None:
    membership = asked(factory, people.loner, people.buyer_id)
    with factory.writing(people.company_admin) as uow:
        members.admit(uow, membership, MEMBER)
    actor = now(factory, people.loner)
    assert people.buyer_id in actor.organisation_ids
    assert not actor.acts_for(people.buyer_party)


def test_asking_twice_is_asking_once(factory: UnitOfWorkFactory, people: People) -> None:
    assert asked(factory, people.loner, people.buyer_id) == asked(factory, people.loner, people.buyer_id)


def test_asking_twice_at_once_is_asking_once(factory: UnitOfWorkFactory, people: People) -> None:
    def ask() -> None:
        with suppress(Conflict):  # The faster one counts; the other is told so.
            asked(factory, people.loner, people.buyer_id)

    run_at_once([ask] * 4)
    with factory.reading() as uow:
        assert len(queries.memberships_of(uow.session, people.loner.user_id or 0)) == 1


@pytest.mark.parametrize("who", ["stranger", "company", "other_official", "administrator"])
def test_nobody_else_admits(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    membership = asked(factory, people.loner, people.buyer_id)
    with pytest.raises((NotFound, NotPermitted)), factory.writing(getattr(people, who)) as uow:
        members.admit(uow, membership, MEMBER)


def test_nobody_admits_himself(factory: UnitOfWorkFactory, people: People) -> None:
    membership = asked(factory, people.loner, people.buyer_id)
    with pytest.raises(NotPermitted), factory.writing(people.loner) as uow:
        members.admit(uow, membership, ADMINISTRATOR)


def test_an_official_admits_where_there_is_no_administrator(factory: UnitOfWorkFactory, people: People) -> None:
    membership = asked(factory, people.loner, people.seller_id)
    with factory.writing(people.county_official) as uow:
        members.admit(uow, membership, ADMINISTRATOR)
    assert people.seller_id in now(factory, people.loner).administered_ids


def test_an_official_makes_nobody_administrator_beside_one(factory: UnitOfWorkFactory, people: People) -> None:
    membership = asked(factory, people.loner, people.buyer_id)
    for role in (ADMINISTRATOR, CONTACT):
        with pytest.raises(NotPermitted), factory.writing(people.city_official) as uow:
            members.admit(uow, membership, role)
    with factory.writing(people.city_official) as uow:
        members.admit(uow, membership, MEMBER)
    assert people.buyer_id in now(factory, people.loner).organisation_ids


def test_an_official_does_not_admit_himself(factory: UnitOfWorkFactory, people: People) -> None:
    membership = asked(factory, people.county_official, people.seller_id)
    for role in (ADMINISTRATOR, MEMBER):
        with pytest.raises(NotPermitted), factory.writing(people.county_official) as uow:
            members.admit(uow, membership, role)


def test_who_was_refused_may_ask_again(factory: UnitOfWorkFactory, people: People) -> None:
    first = asked(factory, people.loner, people.buyer_id)
    with factory.writing(people.company_admin) as uow:
        members.refuse(uow, first)
    assert asked(factory, people.loner, people.buyer_id) != first


def test_who_left_acts_no_more(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing(people.company) as uow:
        members.end(uow, place_of(factory, people.company))
    assert not now(factory, people.company).acts_for(people.buyer_party)


def test_the_last_administrator_stays(factory: UnitOfWorkFactory, people: People) -> None:
    place = place_of(factory, people.company_admin)
    with pytest.raises(Conflict), factory.writing(people.company_admin) as uow:
        members.end(uow, place)
    with pytest.raises(Conflict), factory.writing(people.company_admin) as uow:
        members.set_role(uow, place, CONTACT)
    with factory.writing(people.company_admin) as uow:
        members.set_role(uow, place_of(factory, people.company), ADMINISTRATOR)
    with factory.writing(people.company_admin) as uow:
        members.end(uow, place)


def test_of_two_administrators_who_leave_at_once_one_stays(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing(people.company_admin) as uow:
        members.set_role(uow, place_of(factory, people.company), ADMINISTRATOR)
    places = {who: place_of(factory, who) for who in (people.company, people.company_admin)}

    def leave(who: Actor) -> None:
        with suppress(Conflict), factory.writing(now(factory, who)) as uow:
            members.end(uow, places[who])

    run_at_once([lambda: leave(people.company), lambda: leave(people.company_admin)])
    with factory.reading() as uow:
        states = [uow.session.get_one(Membership, place).state for place in places.values()]
    assert sorted(states) == [MembershipState.ADMITTED, MembershipState.LEFT]


def test_only_an_administrator_sets_roles(factory: UnitOfWorkFactory, people: People) -> None:
    place = place_of(factory, people.worker)
    for who in (people.seller_contact, people.worker, people.county_official):
        with pytest.raises(NotPermitted if who is not people.seller_contact else NotFound), factory.writing(who) as uow:
            members.set_role(uow, place, ADMINISTRATOR)
