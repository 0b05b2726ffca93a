"""Ends what rests on a legal representative, once a unit names another one."""

from collections.abc import Sequence

from marketplace.identity.authorities import end_representatives
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.events import Event
from marketplace.organisations.events import RepresentativeChanged


def represent_anew(uow: UnitOfWork, events: Sequence[Event]) -> None:
    """Revoke the authorities of those who signed as legal representatives; an official looks at the new one."""
    for event in events:
        if isinstance(event, RepresentativeChanged):
            end_representatives(uow, event.organisation_id, event.by_id)
