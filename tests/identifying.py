"""Ways to a person without an identity, and to what stands between him and a signature."""

import io
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from marketplace.accounts.models import Consent, User
from marketplace.accounts.rules import PRIVACY
from marketplace.contracts.models import Document
from marketplace.deals.document_queries import signing_conditions
from marketplace.identity import authorities, service
from marketplace.identity.authorities import Granted
from marketplace.identity.models import Authority
from marketplace.identity.rules import AuthorityKind, Means
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import china_day
from marketplace.kernel.permissions import Actor
from marketplace.organisations.models import Membership, Party
from marketplace.organisations.rules import MembershipRole, MembershipState, PartyKind
from tests.factories import make_contract, make_deal
from tests.personas import PASSWORD_HASH, People, actor_in, made_up_number

VERSION = "2026-11"
NUMBER = made_up_number(771)
PAPER = b"%PDF-1.4\n% a power of attorney\n%%EOF\n"


def newcomer(factory: UnitOfWorkFactory, county: str | None = "qingzhou", unit: int | None = None) -> Actor:
    """A person whose identity nobody knows, contact of a unit if one is given."""
    with factory.writing() as uow:
        user = User(
            name="钱新来",
            email=f"new{len(uow.session.identity_map)}-{unit}@example.com",
            password_hash=PASSWORD_HASH,
            county=county,
            created_at=uow.now(),
            email_verified_at=uow.now(),
        )
        uow.session.add(user)
        uow.flush()
        uow.session.add(Party(kind=PartyKind.PERSON, user_id=user.id))
        version = uow.settings.privacy_version
        uow.session.add(Consent(user_id=user.id, document=PRIVACY, version=version, at=uow.now()))
        if unit is not None:
            state, role = MembershipState.ADMITTED, MembershipRole.CONTACT
            uow.session.add(
                Membership(organisation_id=unit, user_id=user.id, role=role, state=state, requested_at=uow.now())
            )
    with factory.reading() as uow:
        return actor_in(uow.session, uow.session.get_one(User, user.id))


def declare(factory: UnitOfWorkFactory, actor: Actor, number: str = NUMBER, version: str = VERSION) -> int:
    """Give a number. Returns the id of the identity."""
    with factory.writing(actor) as uow:
        return service.declare(uow, number, version).id


def identify(factory: UnitOfWorkFactory, people: People, actor: Actor, number: str = NUMBER) -> int:
    """Give a number and have it compared by an official of the city. Returns the id of the identity."""
    identity_id = declare(factory, actor, number)
    with factory.writing(people.city_official) as uow:
        service.verify(uow, identity_id, number, Means.CARD)
    return identity_id


def granted(factory: UnitOfWorkFactory, agent: Actor, **values: Any) -> Granted:
    """A power for a year from today; any part of it may be given."""
    today = china_day(factory.clock.now())
    fields: dict[str, Any] = {
        "user_id": agent.user_id,
        "kind": AuthorityKind.POWER,
        "valid_from": today,
        "valid_until": today + timedelta(days=365),
        "matters": "签署技术合同、保密协议",
        "scan": Upload(io.BytesIO(PAPER), "授权委托书.pdf"),
    }
    return Granted(**{**fields, **values})


def empower(factory: UnitOfWorkFactory, people: People, agent: Actor, **values: Any) -> int:
    """A power of the buyer that an official of the city has verified. Returns its id."""
    with factory.writing(people.company_admin) as uow:
        authority_id = authorities.record(uow, people.buyer_id, granted(factory, agent, **values)).id
    with factory.writing(people.city_official) as uow:
        authorities.verify(uow, authority_id)
    return authority_id


def powerless(factory: UnitOfWorkFactory, people: People) -> None:
    """The buyer's contact has no power any more."""
    with factory.reading() as uow:
        held = select(Authority.id).where(Authority.user_id == people.company.user_id)
        (authority_id,) = uow.session.scalars(held)
    with factory.writing(people.city_official) as uow:
        authorities.revoke(uow, authority_id, "委托人撤回授权")


def waiting(factory: UnitOfWorkFactory, people: People) -> tuple[int, int]:
    """A contract that waits for both signatures. Returns the ids of deal and document."""
    deal_id = make_deal(factory, people)
    return deal_id, make_contract(factory, people, deal_id)


def missing(factory: UnitOfWorkFactory, people: People, actor: Actor, document_id: int) -> set[str]:
    """The keys of what is missing before the actor signs for the buyer."""
    with factory.reading(actor) as uow:
        document = uow.session.get_one(Document, document_id)
        found = signing_conditions(uow, document, people.buyer_party)
        return {one.key for one in found if not one.is_met}


def contact(factory: UnitOfWorkFactory, people: People) -> Actor:
    """A contact of the buyer with a verified identity and no authority yet."""
    agent = newcomer(factory, unit=people.buyer_id)
    identify(factory, people, agent)
    return agent
