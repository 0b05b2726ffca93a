"""What follows for duplicates when a contract is sent to be signed, comes into force, changes or ends."""

from collections.abc import Sequence

from marketplace.contracts.events import DocumentMoved
from marketplace.deals.events import DealMoved
from marketplace.duplicates.contracts import SOURCE
from marketplace.duplicates.finding import lapse, look
from marketplace.duplicates.sources import record_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.events import Event


def compare_contracts(uow: UnitOfWork, events: Sequence[Event]) -> None:
    """Compare each contract that moved as it is now; one that no longer stands is no longer asked about."""
    moved = {event.deal_id for event in events if isinstance(event, DocumentMoved | DealMoved)}
    for deal_id in sorted(moved):
        record = record_of(uow.session, SOURCE.kind, deal_id)
        if record is None:
            continue
        if record.stands:
            look(uow, record)
        else:
            lapse(uow, record.kind, record.id)
