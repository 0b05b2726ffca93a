"""Shortest ways to a contract in the form of three parties: worker and colleague made the result and sign too."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from marketplace.accounts.models import User
from marketplace.contracts.envelope import USUAL, Envelope
from marketplace.contracts.makers import Maker
from marketplace.contracts.terms import Terms
from marketplace.deals import document_service, offer_service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.results.models import Contributor
from tests.factories import TERMS, make_deal, make_result, sign
from tests.personas import People, actor_in


def made_by(factory: UnitOfWorkFactory, people: People, *who: Actor, **values: Any) -> int:
    """A service result of the seller that these people made; any column may be given. Returns its id."""
    result_id = make_result(factory, people, **values)
    with factory.writing() as uow:
        for place, one in enumerate(who, 1):
            uow.session.add(named(result_id, place, one))
    return result_id


def named(result_id: int, place: int, who: Actor) -> Contributor:
    """Somebody who made a result and has agreed to be named there."""
    agreed = datetime(2026, 10, 1, tzinfo=UTC)
    return Contributor(result_id=result_id, place=place, name=who.name, user_id=who.user_id, consented_at=agreed)


def shared(*shares: tuple[Actor, int], terms: Terms = TERMS) -> Terms:
    """Terms by which these people get these shares, in basis points."""
    return replace(terms, makers=tuple(Maker(one.user_id or 0, share_bp) for one, share_bp in shares))


def make_threefold(factory: UnitOfWorkFactory, people: People, envelope: Envelope = USUAL, terms: Terms = TERMS) -> int:
    """A contract of seller, buyer, worker (12.5 %) and colleague (7.5 %) that is out for signature. Returns the document's id."""
    result_id = made_by(factory, people, people.worker, people.colleague)
    deal_id = make_deal(factory, people, result_id=result_id)
    agreed = shared((people.worker, 1250), (people.colleague, 750), terms=terms)
    return written(factory, people, deal_id, agreed, envelope)


def written(factory: UnitOfWorkFactory, people: People, deal_id: int, terms: Terms, envelope: Envelope = USUAL) -> int:
    """The contract of a deal by these terms, out for signature. Returns the document's id."""
    with factory.writing(people.seller_contact) as uow:
        offer_id = offer_service.make_offer(uow, deal_id, terms).id
    with factory.writing(people.company) as uow:
        offer_service.accept_offer(uow, offer_id)
    with factory.writing(people.seller_contact) as uow:
        document_id = document_service.draft_contract(uow, deal_id).id
        document_service.send(uow, document_id, envelope)
        return document_id


def himself(factory: UnitOfWorkFactory, who: Actor) -> Actor:
    """The same person as his next request has him: with the party of his own that the contract has given him."""
    with factory.reading() as uow:
        return actor_in(uow.session, uow.session.get_one(User, who.user_id))


def sign_by_all(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    """Seller, buyer, and both who made the result."""
    for who in (people.seller_contact, people.company, people.worker, people.colleague):
        sign(factory, himself(factory, who), document_id)
