"""Builds the Actor of a signed-in person from his memberships, parties and offices, as they are now."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import OfficeHolding, User
from marketplace.kernel.permissions import Actor, Appointment
from marketplace.organisations.models import Membership, Party
from marketplace.organisations.rules import MembershipRole, MembershipState


def actor_of(session: Session, user: User, ip: str = "", user_agent: str = "") -> Actor:
    """The actor; his own party and those of organisations he is contact or administrator of are his to act for."""
    admitted = list(
        session.scalars(
            select(Membership).where(Membership.user_id == user.id, Membership.state == MembershipState.ADMITTED)
        )
    )
    represented = {m.organisation_id for m in admitted if m.role is not MembershipRole.MEMBER}
    member_of = {m.organisation_id for m in admitted}
    known = list(
        session.scalars(select(Party).where((Party.user_id == user.id) | Party.organisation_id.in_(member_of)))
    )
    parties = [party for party in known if party.user_id == user.id or party.organisation_id in represented]
    holdings = session.scalars(
        select(OfficeHolding).where(OfficeHolding.user_id == user.id, OfficeHolding.revoked_at.is_(None))
    )
    return Actor(
        user_id=user.id,
        name=user.name,
        own_party_id=next((party.id for party in parties if party.user_id == user.id), None),
        party_ids=frozenset(party.id for party in parties),
        organisation_ids=frozenset(member_of),
        unit_party_ids=frozenset(party.id for party in known if party.organisation_id is not None),
        represented_ids=frozenset(represented),
        administered_ids=frozenset(m.organisation_id for m in admitted if m.role is MembershipRole.ADMINISTRATOR),
        appointments=frozenset(Appointment(h.office, h.county) for h in holdings),
        ip=ip,
        user_agent=user_agent,
    )
