"""Reads what is known of two parties, and what was found of a deal."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.organisations.models import Membership, Organisation, Party
from marketplace.organisations.rules import MembershipRole, MembershipState
from marketplace.related.models import RelationFinding
from marketplace.related.rules import Traits


def traits_of(session: Session, party_id: int) -> Traits:
    """What is known of a party today."""
    party = session.get_one(Party, party_id)
    if party.user_id is not None:
        return Traits(party.user_id, "", frozenset(), frozenset({party.user_id}))
    unit = session.get_one(Organisation, party.organisation_id)
    admitted = (Membership.organisation_id == unit.id, Membership.state == MembershipState.ADMITTED)
    people = session.execute(select(Membership.user_id, Membership.role).where(*admitted)).all()
    agents = frozenset(user for user, role in people if role is not MembershipRole.MEMBER)
    return Traits(None, unit.representative or "", frozenset(user for user, _ in people), agents)


def findings(session: Session, deal_id: int) -> Sequence[RelationFinding]:
    """What was found of a deal, the newest first; it holds."""
    of_deal = select(RelationFinding).where(RelationFinding.deal_id == deal_id)
    return session.scalars(of_deal.order_by(RelationFinding.found_at.desc(), RelationFinding.id.desc())).all()


def related_deals(session: Session) -> set[int]:
    """The deals whose parties are related by what is known now."""
    newest = select(func.max(RelationFinding.id)).group_by(RelationFinding.deal_id)
    related = select(RelationFinding.deal_id).where(RelationFinding.id.in_(newest), RelationFinding.is_related)
    return set(session.scalars(related))
