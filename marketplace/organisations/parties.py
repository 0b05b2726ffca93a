"""Parties: made when first needed, named in lists."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
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


def party_of_organisation(uow: UnitOfWork, organisation_id: int) -> Party:
    """The organisation's party, made when it is first needed."""
    party = uow.session.scalar(select(Party).where(Party.organisation_id == organisation_id))
    return party or _add(uow, Party(kind=PartyKind.ORGANISATION, organisation_id=organisation_id))


def party_of_user(uow: UnitOfWork, user_id: int) -> Party:
    """The person's own party, made when it is first needed."""
    party = uow.session.scalar(select(Party).where(Party.user_id == user_id))
    return party or _add(uow, Party(kind=PartyKind.PERSON, user_id=user_id))


def _add(uow: UnitOfWork, party: Party) -> Party:
    uow.session.add(party)
    uow.flush()
    return party


def names_of(session: Session, party_ids: Iterable[int]) -> dict[int, PartyName]:
    """Names of several parties in one query."""
    statement = (
        select(Party, Organisation, User)
        .outerjoin(Organisation, Organisation.id == Party.organisation_id)
        .outerjoin(User, User.id == Party.user_id)
        .where(Party.id.in_(set(party_ids)))
    )
    return {party.id: _named(party, organisation, user) for party, organisation, user in session.execute(statement)}


def name_of(session: Session, party_id: int) -> PartyName:
    """One party's name. Raises KeyError when there is no such party."""
    return names_of(session, [party_id])[party_id]


def _named(party: Party, organisation: Organisation | None, user: User | None) -> PartyName:
    if organisation is not None:
        verified = organisation.state is OrganisationState.VERIFIED
        return PartyName(
            party.id, party.kind, organisation.name, organisation.county, verified, organisation.id, user_id=None
        )
    name, county, verified = (user.name, user.county, user.is_contact_verified) if user else ("", None, False)
    return PartyName(party.id, party.kind, name, county, verified, None, party.user_id)
