"""Who may declare a benefit, who checks it, and of which results a unit may declare one."""

from sqlalchemy import ColumnElement, and_, or_, select, true

from marketplace.benefits.models import Declaration
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.organisations.models import Membership, Organisation, Party
from marketplace.organisations.rules import MembershipState
from marketplace.results.models import Contributor, Result
from marketplace.results.rules import ResultState

USABLE = frozenset({ResultState.PUBLISHED, ResultState.STALE, ResultState.PAUSED, ResultState.EXPIRED})
"""States of a result that was shown to everybody once and was not taken away since."""


def relations(actor: Actor, unit: Organisation) -> frozenset[Relation]:
    """What the actor is to the declarations of a unit; nobody checks those of a unit he belongs to."""
    found = {
        Relation.OWNER: unit.id in actor.represented_ids,
        Relation.OFFICIAL: actor.is_official_for(unit.county) and unit.id not in actor.organisation_ids,
    }
    return frozenset(relation for relation, holds in found.items() if holds)


def is_in_office(actor: Actor) -> ColumnElement[bool]:
    """Declarations the actor checks, as a WHERE clause."""
    county = true() if actor.is_city_official else Organisation.county.in_(actor.counties)
    return and_(county, Declaration.organisation_id.not_in(actor.organisation_ids))


def is_used_by(organisation_id: int) -> ColumnElement[bool]:
    """Results a unit may declare a benefit of: its own, and those a worker of it wrote or is named in."""
    members = select(Membership.user_id).where(
        Membership.organisation_id == organisation_id, Membership.state == MembershipState.ADMITTED
    )
    own = Result.party_id.in_(select(Party.id).where(Party.organisation_id == organisation_id))
    named = Result.id.in_(select(Contributor.result_id).where(Contributor.user_id.in_(members)))
    return and_(Result.state.in_(USABLE), or_(own, Result.author_id.in_(members), named))
