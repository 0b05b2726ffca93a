"""Events of the processor: stored as they came, once each; what they are about is asked for afterwards."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.infra.processor import Received
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.online.events import ProcessorTold
from marketplace.online.models import ProcessorEvent
from marketplace.online.rules import Outcome


def store(uow: UnitOfWork, received: Received, *, was_fetched: bool = False) -> bool:
    """Keep an event that is not here yet and announce it; returns whether it is new. Emits ProcessorTold.

    Of two deliveries of one event at the same moment the database lets one through.
    """
    if is_stored(uow, received.id):
        return False
    row = ProcessorEvent(
        event_id=received.id,
        kind=received.kind[:80],
        account=received.account,
        session_id=received.session_id,
        intent_id=received.intent_id,
        body=received.body,
        received_at=uow.now(),
        was_fetched=was_fetched,
        outcome=Outcome.WAITING,
    )
    try:
        with uow.session.begin_nested():
            uow.session.add(row)
    except IntegrityError:
        return False
    uow.emit(ProcessorTold(row.id))
    return True


def is_stored(uow: UnitOfWork, event_id: str) -> bool:
    """Whether the event of this number of the processor is here."""
    return uow.session.scalar(select(ProcessorEvent.id).where(ProcessorEvent.event_id == event_id)) is not None


def settle(uow: UnitOfWork, row: ProcessorEvent, outcome: Outcome, page_id: int | None = None) -> None:
    """Note what became of an event."""
    row.outcome, row.followed_at, row.page_id = outcome, uow.now(), page_id
    uow.flush()
