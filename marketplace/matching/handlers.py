"""What happens to interests by themselves: they are delivered, and silence is reminded of and ends."""

from collections.abc import Sequence

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.events import Event
from marketplace.matching import service
from marketplace.matching.events import InterestMoved


def deliver_interests(uow: UnitOfWork, events: Sequence[Event]) -> None:
    """Hand expressed interests over to the other side."""
    for event in events:
        if isinstance(event, InterestMoved) and event.action == "express":
            service.deliver(uow, event.interest_id)


def keep_time(uow: UnitOfWork) -> None:
    """Scheduled: reminders, then the end of the term."""
    service.remind_silent(uow)
    service.lapse_overdue(uow)
