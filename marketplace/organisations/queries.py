"""The reading side of organisations: lists for everybody, for members and for officials."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, column, func, or_, select, table
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.organisations.models import Membership, Organisation, Party
from marketplace.organisations.rules import (
    MembershipRole,
    MembershipState,
    OrganisationKind,
    OrganisationState,
    name_key,
)

# Listings lie in a layer above; what is counted here is only how many stand in their table.
_listings = table("listings", column("party_id"), column("kind"), column("state"))


@dataclass(frozen=True)
class OrganisationRow:
    """One line of a list of organisations."""

    id: int
    name: str
    kind: OrganisationKind
    county: str | None
    state: OrganisationState
    submitted_at: datetime | None

    @property
    def is_verified(self) -> bool:
        """An official has seen its papers."""
        return self.state is OrganisationState.VERIFIED


@dataclass(frozen=True)
class MemberRow:
    """A person's place in an organisation."""

    id: int
    organisation_id: int
    organisation: str
    organisation_state: OrganisationState
    user_id: int
    name: str
    role: MembershipRole
    state: MembershipState
    requested_at: datetime


def _rows(session: Session, statement: Select[*tuple[Organisation]]) -> list[OrganisationRow]:
    return [
        OrganisationRow(o.id, o.name, o.kind, o.county, o.state, o.submitted_at) for o in session.scalars(statement)
    ]


def found(text: str, county: str | None) -> ColumnElement[bool]:
    """Organisations whose name contains the text or whose credit code it is, of one county or all."""
    key = name_key(text)
    named = Organisation.name_key.contains(key, autoescape=True) if key else Organisation.id.is_not(None)
    here = Organisation.county == county if county else Organisation.id.is_not(None)
    return here & or_(named, Organisation.credit_code == text.strip().upper())


def count(session: Session, which: ColumnElement[bool]) -> int:
    """How many there are."""
    return session.scalar(select(func.count(Organisation.id)).where(which)) or 0


def listed(session: Session, which: ColumnElement[bool], offset: int, limit: int) -> list[OrganisationRow]:
    """A page of them, verified ones first, then by name."""
    order = (Organisation.state != OrganisationState.VERIFIED, Organisation.name, Organisation.id)
    return _rows(session, select(Organisation).where(which).order_by(*order).offset(offset).limit(limit))


def waiting(uow: UnitOfWork) -> list[OrganisationRow]:
    """Organisations that wait for the acting official, longest first."""
    actor = uow.actor
    submitted = Organisation.state == OrganisationState.SUBMITTED
    mine = submitted if actor.is_city_official else submitted & Organisation.county.in_(actor.counties)
    return _rows(uow.session, select(Organisation).where(mine).order_by(Organisation.submitted_at, Organisation.id))


def open_memberships(session: Session, which: ColumnElement[bool]) -> list[MemberRow]:
    """Requested and admitted memberships, requests first."""
    statement = (
        select(Membership, Organisation, User.name)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .join(User, User.id == Membership.user_id)
        .where(which, Membership.state.in_((MembershipState.REQUESTED, MembershipState.ADMITTED)))
        .order_by(Membership.state.desc(), Membership.id)
    )
    return [
        MemberRow(m.id, o.id, o.name, o.state, m.user_id, name, m.role, m.state, m.requested_at)
        for m, o, name in session.execute(statement)
    ]


def members_of(session: Session, organisation_id: int) -> list[MemberRow]:
    """Everybody in an organisation."""
    return open_memberships(session, Membership.organisation_id == organisation_id)


def memberships_of(session: Session, user_id: int) -> list[MemberRow]:
    """Everything a person belongs to."""
    return open_memberships(session, Membership.user_id == user_id)


def published_results(session: Session, organisation_id: int) -> int:
    """How many results the organisation shows in the catalogue."""
    return (
        session.scalar(
            select(func.count())
            .select_from(_listings)
            .join(Party, Party.id == _listings.c.party_id)
            .where(
                Party.organisation_id == organisation_id,
                _listings.c.kind == "result",
                _listings.c.state.in_(("published", "stale")),
            )
        )
        or 0
    )
