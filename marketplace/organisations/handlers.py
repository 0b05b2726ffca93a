"""Gives every registered person a party of his own."""

from collections.abc import Sequence

from marketplace.accounts.events import UserRegistered
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.events import Event
from marketplace.organisations.parties import party_of_user


def make_parties(uow: UnitOfWork, events: Sequence[Event]) -> None:
    """Make the natural-person party by which somebody can publish and sign for himself."""
    for event in events:
        if isinstance(event, UserRegistered):
            party_of_user(uow, event.user_id)
