"""Whose a listing may be: the parties an actor may name as its owner, and what they are called."""

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.organisations.models import Party
from marketplace.organisations.parties import PartyName, names_of


def units_of_actor(uow: UnitOfWork) -> list[int]:
    """Parties of the organisations the actor belongs to, in whatever role."""
    units = select(Party.id).where(Party.organisation_id.in_(uow.actor.organisation_ids))
    return list(uow.session.scalars(units.order_by(Party.id)))


def claimant_parties(uow: UnitOfWork) -> list[int]:
    """Parties the actor may claim for: his units, and those he may act for (himself among them)."""
    return sorted(uow.actor.party_ids.union(units_of_actor(uow)))


def named(uow: UnitOfWork, party_ids: list[int]) -> list[PartyName]:
    """The parties with their names, in the order given."""
    names = names_of(uow.session, party_ids)
    return [names[party_id] for party_id in party_ids]
