"""Shortest ways to a text that is signed in order, to days that pass, and to a signature that is handed over."""

from datetime import date, datetime, timedelta
from io import BytesIO

from marketplace.accounts.models import User
from marketplace.contracts.envelope import USUAL, Envelope
from marketplace.contracts.models import Document
from marketplace.deals import envelope_service
from marketplace.identity.rules import AuthorityKind
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import SetClock, day_begins
from marketplace.kernel.permissions import Actor
from marketplace.organisations import members, queries
from marketplace.organisations.actors import actor_of
from marketplace.organisations.models import Membership, Organisation
from marketplace.organisations.rules import MembershipRole, MembershipState
from marketplace.powers.service import Handover
from tests.factories import TERMS, make_deal
from tests.making import written
from tests.personas import People, authorise

LAST_DAY = date(2026, 12, 5)
"""Fifteen days from the day of the tests."""

POWER = b"%PDF-1.4 a written power\n%%EOF\n"


def send_contract(factory: UnitOfWorkFactory, people: People, envelope: Envelope = USUAL) -> int:
    """A contract that the seller has sent for signature in such an envelope. Returns the document's id."""
    represented(factory, people)
    return written(factory, people, make_deal(factory, people), TERMS, envelope)


def represented(factory: UnitOfWorkFactory, people: People) -> int:
    """The seller's contact is its legal representative, by an authority an official has verified. Returns its id."""
    with factory.writing() as uow:
        agent = uow.session.get_one(User, people.seller_contact.user_id)
        official = uow.session.get_one(User, people.city_official.user_id)
        uow.session.get_one(Organisation, people.seller_id).representative = agent.name
        kind = AuthorityKind.LEGAL_REPRESENTATIVE
        told = {"kind": kind, "principal": agent.name, "matters": "", "valid_until": None, "sha256": None}
        return authorise(uow, agent, people.seller_id, official, **told)


def document_of(factory: UnitOfWorkFactory, document_id: int) -> Document:
    """The document as it stands."""
    with factory.reading() as uow:
        return uow.session.get_one(Document, document_id)


def last_second(day: date) -> datetime:
    """23:59:59 of a day in China, in UTC."""
    return day_begins(day + timedelta(days=1)) - timedelta(seconds=1)


def expire(factory: UnitOfWorkFactory, document_id: int, clock: SetClock) -> None:
    """Let the last day of a text pass, and the worker come by."""
    clock.at = day_begins((document_of(factory, document_id).sign_by or LAST_DAY) + timedelta(days=1))
    with factory.writing() as uow:
        envelope_service.expire_overdue(uow)


def hand_over(
    factory: UnitOfWorkFactory,
    actor: Actor,
    document_id: int,
    to: Actor,
    until: date | None = None,
    paper: bytes | None = POWER,
) -> int:
    """Hand a signature over by a written power. Returns the power's id."""
    upload = Upload(BytesIO(paper), "授权委托书.pdf") if paper is not None else None
    with factory.writing(actor) as uow:
        return envelope_service.hand_over(uow, document_id, Handover(to.user_id or 0, until, upload)).id


def gone(factory: UnitOfWorkFactory, who: Actor) -> Actor:
    """Somebody leaves his only unit; gives him as the next request has him."""
    with factory.writing(who) as uow:
        (place,) = queries.memberships_of(uow.session, who.user_id or 0)
        members.end(uow, place.id)
    with factory.reading() as uow:
        return actor_of(uow.session, uow.session.get_one(User, who.user_id))


def join(factory: UnitOfWorkFactory, who: Actor, organisation_id: int, role: MembershipRole) -> None:
    """Admit somebody to a unit."""
    with factory.writing() as uow:
        uow.session.add(
            Membership(
                organisation_id=organisation_id,
                user_id=who.user_id,
                role=role,
                state=MembershipState.ADMITTED,
                requested_at=uow.now(),
            )
        )
