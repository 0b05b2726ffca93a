"""Parties: made when first needed, named in lists."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.organisations.models import Organisation, Party
from marketplace.organisations.rules import OrganisationState, PartyKind


@dataclass(frozen=True)
class PartyName:
    """How a party is shown; `is_verified` says whether it may sign."""

    id: int
    kind: PartyKind
    name: str
    county: str | None
    is_verified: bool
    organisation_id: int | None
    user_id: int | None


_IS_ORGANISATION = Organisation.id.is_not(None)
_HAS_CONTACT = User.email_verified_at.is_not(None) | User.mobile_verified_at.is_not(None)
_NAMED = (
    select(
        Party.id,
        Party.kind,
        func.coalesce(Organisation.name, User.name, ""),
        case((_IS_ORGANISATION, Organisation.county), else_=User.county),
        case((_IS_ORGANISATION, Organisation.state == OrganisationState.VERIFIED), else_=_HAS_CONTACT),
        Organisation.id,
        Party.user_id,
    )
    .outerjoin(Organisation, Organisation.id == Party.organisation_id)
    .outerjoin(User, User.id == Party.user_id)
)
"""The columns of a PartyName in their order: every list asks for some, and three wide rows each took longer than a search."""


def party_of_organisation(uow: UnitOfWork, organisation_id: int) -> Party:
    """The organisation's party, made when it is first needed."""
    wanted = Party(kind=PartyKind.ORGANISATION, organisation_id=organisation_id)
    return _found_or_added(uow, Party.organisation_id == organisation_id, wanted)


def party_of_user(uow: UnitOfWork, user_id: int) -> Party:
    """The person's own party, made when it is first needed."""
    return _found_or_added(uow, Party.user_id == user_id, Party(kind=PartyKind.PERSON, user_id=user_id))


def _found_or_added(uow: UnitOfWork, which: ColumnElement[bool], wanted: Party) -> Party:
    """Of two that need the same party at once for the first time, one makes it and the other finds it."""
    found = uow.session.scalar(select(Party).where(which))
    if found is None:
        with suppress(IntegrityError), uow.session.begin_nested():
            uow.session.add(wanted)
        found = uow.session.scalars(select(Party).where(which)).one()
    return found


def names_of(session: Session, party_ids: Iterable[int]) -> dict[int, PartyName]:
    """Names of several parties in one query."""
    statement = _NAMED.where(Party.id.in_(set(party_ids)))
    return {row.id: PartyName(*row) for row in session.execute(statement)}


def name_of(session: Session, party_id: int) -> PartyName:
    """One party's name. Raises KeyError when there is no such party."""
    return names_of(session, [party_id])[party_id]
