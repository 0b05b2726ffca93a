"""What an actor is to an organisation or a membership, and who may see papers and members."""

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.organisations.models import Membership, Organisation
from marketplace.organisations.rules import MembershipRole, MembershipState, OrganisationState

NO_ORGANISATION = N_("There is no such organisation.")


def relations(uow: UnitOfWork, organisation: Organisation) -> frozenset[Relation]:
    """The actor's relations to the organisation; nobody is the official of one he belongs to or applies for.

    Who takes over one that was only named in an import is no member before an official has seen the papers, or he could act
    for listings that are not his; until then he may only complete and submit the application.
    """
    actor, applies = uow.actor, is_applicant(uow, organisation)
    his_own = applies or organisation.id in actor.organisation_ids
    found = {
        Relation.AUTHOR: actor.is_signed_in,
        Relation.OWNER: applies or organisation.id in actor.administered_ids,
        Relation.OFFICIAL: actor.is_official_for(organisation.county) and not his_own,
        Relation.SYSTEM: actor.is_system,
    }
    return frozenset(relation for relation, holds in found.items() if holds)


def is_applicant(uow: UnitOfWork, organisation: Organisation) -> bool:
    """Whether the actor has asked to become administrator of an organisation that is not verified yet."""
    if not uow.actor.is_signed_in or organisation.state is OrganisationState.VERIFIED:
        return False
    asked = select(Membership.id).where(
        Membership.organisation_id == organisation.id,
        Membership.user_id == uow.actor.user_id,
        Membership.state == MembershipState.REQUESTED,
        Membership.role == MembershipRole.ADMINISTRATOR,
    )
    return uow.session.scalar(asked) is not None


def member_relations(actor: Actor, membership: Membership, county: str | None) -> frozenset[Relation]:
    """The actor's relations to a membership in an organisation of this county; nobody is the official of his own."""
    his_own = actor.user_id is not None and actor.user_id == membership.user_id
    found = {
        Relation.AUTHOR: his_own,
        Relation.OWNER: membership.organisation_id in actor.administered_ids,
        Relation.OFFICIAL: actor.is_official_for(county) and not his_own,
        Relation.SYSTEM: actor.is_system,
    }
    return frozenset(relation for relation, holds in found.items() if holds)


def is_insider(uow: UnitOfWork, organisation: Organisation) -> bool:
    """Papers and members are for those who act for the organisation, and for officials of its county."""
    held = relations(uow, organisation)
    return bool(held & {Relation.OWNER, Relation.SYSTEM}) or (
        organisation.id in uow.actor.represented_ids or uow.actor.is_official_for(organisation.county)
    )


def require_insider(uow: UnitOfWork, organisation_id: int) -> Organisation:
    """The organisation, or NotFound for everybody it does not concern."""
    organisation = uow.session.get(Organisation, organisation_id)
    if organisation is None or not is_insider(uow, organisation):
        raise NotFound(NO_ORGANISATION)
    return organisation


def require_known(uow: UnitOfWork, organisation_id: int) -> Organisation:
    """The organisation: that it exists is public. Raises NotFound."""
    organisation = uow.session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound(NO_ORGANISATION)
    return organisation
