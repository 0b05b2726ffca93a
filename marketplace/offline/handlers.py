"""What follows when a row of the offline ledger is entered or booked off: it is compared, or no longer asked about."""

from collections.abc import Sequence

from marketplace.duplicates.finding import lapse, look
from marketplace.duplicates.rules import RecordKind
from marketplace.duplicates.sources import record_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.events import Event
from marketplace.offline.events import OfflineEntered, OfflineReversed
from marketplace.offline.records import SOURCE


def compare_entries(uow: UnitOfWork, events: Sequence[Event]) -> None:
    """Compare each row that was entered, as long as it stands; idempotent."""
    for event in events:
        if isinstance(event, OfflineEntered):
            record = record_of(uow.session, SOURCE.kind, event.entry_id)
            if record is not None and record.stands:
                look(uow, record)
        elif isinstance(event, OfflineReversed):
            lapse(uow, RecordKind.OFFLINE, event.entry_id)
