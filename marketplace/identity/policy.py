"""What an actor is to an identity or an authority, and which of them wait in his office."""

from sqlalchemy import ColumnElement

from marketplace.accounts.models import User
from marketplace.identity.models import Authority, Identity
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.organisations import policy as organisations
from marketplace.organisations.models import Organisation


def identity_relations(actor: Actor, identity: Identity, county: str | None) -> frozenset[Relation]:
    """The actor's relations to the identity of a person who works in this county; nobody is the official of his own."""
    his_own = actor.user_id == identity.user_id
    found = {Relation.AUTHOR: his_own, Relation.OFFICIAL: actor.is_official_for(county) and not his_own}
    return frozenset(relation for relation, holds in found.items() if holds)


def authority_relations(uow: UnitOfWork, authority: Authority) -> frozenset[Relation]:
    """The actor's relations to an authority: its agent, the organisation's administrator, or an official without a stake."""
    organisation = organisations.require_known(uow, authority.organisation_id)
    held = organisations.relations(uow, organisation) & {Relation.OWNER, Relation.OFFICIAL}
    if uow.actor.user_id != authority.user_id:
        return held
    return held - {Relation.OFFICIAL} | {Relation.AUTHOR}


def require_identity(uow: UnitOfWork, identity_id: int) -> tuple[Identity, User, frozenset[Relation]]:
    """An identity for its county's officials. Raises NotFound for everybody else."""
    identity = uow.session.get(Identity, identity_id)
    user = uow.session.get_one(User, identity.user_id) if identity else None
    held = identity_relations(uow.actor, identity, user.county) if identity and user else frozenset()
    if identity is None or user is None or Relation.OFFICIAL not in held:
        raise NotFound(N_("There is no such page."))
    return identity, user, held


def require_authority(uow: UnitOfWork, authority_id: int) -> tuple[Authority, frozenset[Relation]]:
    """An authority for its agent, the organisation's people and officials. Raises NotFound for everybody else."""
    authority = uow.session.get(Authority, authority_id)
    if authority is None or not may_read(uow, authority):
        raise NotFound(N_("There is no such page."))
    return authority, authority_relations(uow, authority)


def may_read(uow: UnitOfWork, authority: Authority) -> bool:
    """Papers on who signs are for the agent, those who act for the organisation, and officials of its county."""
    organisation = organisations.require_known(uow, authority.organisation_id)
    return uow.actor.user_id == authority.user_id or organisations.is_insider(uow, organisation)


def people_in_office(actor: Actor) -> ColumnElement[bool]:
    """The people whose identity the official establishes: of his counties, and for the city everybody; never himself."""
    everybody = User.id != actor.user_id
    return everybody if actor.is_city_official else everybody & User.county.in_(actor.counties)


def authorities_in_office(actor: Actor) -> ColumnElement[bool]:
    """The authorities he decides on: of units in his counties to which he does not belong, and not his own."""
    others = Organisation.id.not_in(actor.organisation_ids) & (Authority.user_id != actor.user_id)
    return others if actor.is_city_official else others & Organisation.county.in_(actor.counties)
