"""Who hands a signature on: the legal representative who could sign himself, when he gives the power and when it is used."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from marketplace.accounts.models import User
from marketplace.accounts.rules import UserState
from marketplace.contracts.models import Signature
from marketplace.deals import document_queries, document_service
from marketplace.identity import authorities
from marketplace.identity import service as identities
from marketplace.identity.models import Authority
from marketplace.identity.rules import AuthorityKind
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import NotPermitted
from marketplace.organisations.models import Membership
from marketplace.organisations.rules import MembershipRole
from tests.enveloping import gone, hand_over, join, send_contract
from tests.factories import confirmation, sign
from tests.identifying import identify, newcomer
from tests.personas import People, authorise


@pytest.fixture
def document_id(factory: UnitOfWorkFactory, people: People) -> int:
    return send_contract(factory, people)


def test_only_the_legal_representative_hands_on(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    """An agent does not hand on what was given to him (民法典 art. 169): 孙丽华 signs for the buyer by a power of attorney."""
    join(factory, people.loner, people.buyer_id, MembershipRole.MEMBER)
    with pytest.raises(NotPermitted, match="Only the legal representative"):
        hand_over(factory, people.company, document_id, people.loner)
    for actor, expected in ((people.company, frozenset()), (people.seller_contact, frozenset({people.seller_party}))):
        with factory.reading(actor) as uow:
            view = document_queries.document_page(uow, document_id).envelope
        assert view is not None
        assert view.to_hand_over == expected


def leave(factory: UnitOfWorkFactory, people: People) -> None:
    gone(factory, people.seller_contact)


def demote(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing() as uow:
        of_giver = Membership.user_id == people.seller_contact.user_id
        uow.session.execute(update(Membership).where(of_giver).values(role=MembershipRole.MEMBER))


def disable(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing() as uow:
        uow.session.get_one(User, people.seller_contact.user_id).state = UserState.DISABLED


def withdraw(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing(people.seller_contact) as uow:
        identities.withdraw(uow)


def revoke_authority(factory: UnitOfWorkFactory, people: People) -> None:
    kind = Authority.kind == AuthorityKind.LEGAL_REPRESENTATIVE
    with factory.writing(people.city_official) as uow:
        authorities.revoke(uow, uow.session.scalars(select(Authority.id).where(kind)).one(), "换人了")


ENDS = (leave, demote, disable, withdraw, revoke_authority)


@pytest.mark.parametrize("end", ENDS)
def test_a_power_is_good_as_long_as_its_giver_could_sign(
    factory: UnitOfWorkFactory, people: People, document_id: int, end: Callable[[UnitOfWorkFactory, People], None]
) -> None:
    hand_over(factory, people.seller_contact, document_id, people.colleague)
    end(factory, people)
    with pytest.raises(NotPermitted, match="may not sign for the unit himself"):
        sign(factory, people.colleague, document_id)


@pytest.mark.parametrize("end", [demote, disable, withdraw, revoke_authority])
def test_who_could_not_sign_himself_hands_nothing_over(
    factory: UnitOfWorkFactory, people: People, document_id: int, end: Callable[[UnitOfWorkFactory, People], None]
) -> None:
    end(factory, people)
    with pytest.raises(NotPermitted):
        hand_over(factory, people.seller_contact, document_id, people.colleague)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("end", [withdraw, revoke_authority, disable, demote])
def test_what_the_giver_has_stays_until_the_signature_is_written(
    factory: UnitOfWorkFactory, people: People, document_id: int, end: Callable[[UnitOfWorkFactory, People], None]
) -> None:
    """Whoever takes it back meanwhile waits."""
    hand_over(factory, people.seller_contact, document_id, people.colleague)
    with factory.writing(people.colleague) as uow:
        document_service.send_signing_code(uow, document_id)
    ended = threading.Event()

    def take_back() -> None:
        end(factory, people)
        ended.set()

    other = threading.Thread(target=take_back)
    with factory.writing(people.colleague) as uow:
        document_service.sign(uow, document_id, confirmation(uow, document_id))
        other.start()
        assert not ended.wait(0.7), "it was taken back under a signature that is not written yet"
    other.join(10)
    assert ended.is_set()


def test_a_contact_without_an_authority_of_his_own_signs_by_a_power(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    agent = newcomer(factory, unit=people.seller_id)
    identify(factory, people, agent)
    power_id = hand_over(factory, people.seller_contact, document_id, agent)
    sign(factory, agent, document_id)
    with factory.reading() as uow:
        assert uow.session.get_one(Signature, (document_id, people.seller_party)).power_id == power_id


def test_who_got_an_authority_of_his_own_signs_by_that(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    agent = newcomer(factory, unit=people.seller_id)
    identify(factory, people, agent)
    hand_over(factory, people.seller_contact, document_id, agent)
    with factory.writing() as uow:
        official = uow.session.get_one(User, people.city_official.user_id)
        authorise(uow, uow.session.get_one(User, agent.user_id), people.seller_id, official)
    sign(factory, agent, document_id)
    with factory.reading() as uow:
        assert uow.session.get_one(Signature, (document_id, people.seller_party)).power_id is None
