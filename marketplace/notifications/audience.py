"""Who is to be told: the people who speak for a party, the officials in charge, and who it was that acted."""

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from marketplace.accounts.models import OfficeHolding, User
from marketplace.accounts.rules import UserState
from marketplace.audit.models import AuditRow
from marketplace.kernel.events import Event
from marketplace.kernel.permissions import Office
from marketplace.listings.models import Listing
from marketplace.organisations.models import Membership, Party
from marketplace.organisations.rules import MembershipRole, MembershipState

People = frozenset[int]
"""User ids."""

NOBODY: People = frozenset()
SPEAKERS = (MembershipRole.CONTACT, MembershipRole.ADMINISTRATOR)


def speakers(session: Session, *party_ids: int | None) -> People:
    """Who may act for one of the parties: the person himself, contacts and administrators of the organisation."""
    wanted = [party_id for party_id in party_ids if party_id is not None]
    members = (
        select(Membership.user_id)
        .join(Party, Party.organisation_id == Membership.organisation_id)
        .where(Party.id.in_(wanted), Membership.role.in_(SPEAKERS), Membership.state == MembershipState.ADMITTED)
    )
    persons = select(Party.user_id).where(Party.id.in_(wanted), Party.user_id.is_not(None))
    return frozenset(session.scalars(union(members, persons)))


def still_of(session: Session, party_id: int, user_id: int | None) -> People:
    """The person while he is the party or belongs to its unit, in whatever role; nobody once he has left."""
    if user_id is None:
        return NOBODY
    member = (Membership.user_id == user_id) & (Membership.state == MembershipState.ADMITTED)
    belongs = select(Party.id).outerjoin(Membership, Membership.organisation_id == Party.organisation_id)
    statement = belongs.where(Party.id == party_id, (Party.user_id == user_id) | member)
    return NOBODY if session.scalar(statement.limit(1)) is None else frozenset({user_id})


def administrators(session: Session, organisation_id: int) -> People:
    """Who admits members of the organisation."""
    statement = select(Membership.user_id).where(
        Membership.organisation_id == organisation_id,
        Membership.role == MembershipRole.ADMINISTRATOR,
        Membership.state == MembershipState.ADMITTED,
    )
    return frozenset(session.scalars(statement))


def officials(session: Session, county: str | None) -> People:
    """The officials of the county; those of the city where there is none, or the county is not known."""
    holders = (
        select(OfficeHolding.user_id)
        .join(User, User.id == OfficeHolding.user_id)
        .where(OfficeHolding.revoked_at.is_(None), User.state == UserState.ACTIVE)
    )
    of_county = holders.where(OfficeHolding.office == Office.COUNTY_OFFICIAL, OfficeHolding.county == county)
    found = frozenset(session.scalars(of_county)) if county else NOBODY
    return found or frozenset(session.scalars(holders.where(OfficeHolding.office == Office.CITY_OFFICIAL)))


def behind(session: Session, listing: Listing | None) -> People:
    """Author of a listing, unless he has left the unit he wrote it for, and who speaks for its party."""
    if listing is None:
        return NOBODY
    return speakers(session, listing.party_id) | still_of(session, listing.party_id, listing.author_id)


def occasion(session: Session, event: Event) -> tuple[int, int | None]:
    """The audit row that tells of an event, as (id, who acted): the latest with the same content."""
    rows = session.scalars(
        select(AuditRow)
        .where(AuditRow.object == event.subject, AuditRow.action == event.name)
        .order_by(AuditRow.id.desc())
    )
    payload = event.payload()
    return next(((row.id, row.actor_id) for row in rows if row.payload == payload), (0, None))
