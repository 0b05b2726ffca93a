"""Writes rows of the offline ledger; whether one may be written is asked above."""

from sqlalchemy.exc import IntegrityError

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict
from marketplace.kernel.messages import N_
from marketplace.offline.events import OfflineEntered, OfflineReversed
from marketplace.offline.models import OfflineEntry
from marketplace.offline.rules import EntryKind, Told
from marketplace.organisations.rules import name_key

_COPIED = (
    "title",
    "result_id",
    "seller_name",
    "seller_key",
    "seller_code",
    "seller_county",
    "buyer_name",
    "buyer_key",
    "buyer_code",
    "buyer_county",
    "contract_type",
    "dated",
    "source",
)


def book(uow: UnitOfWork, told: Told, import_id: int | None = None, sheet_row: int | None = None) -> OfflineEntry:
    """Add a row for a sound deal. Emits OfflineEntered."""
    if told.fen is None or told.day is None or told.contract_type is None:
        raise ValueError("only a sound deal is booked")
    entry = OfflineEntry(
        kind=EntryKind.ENTRY,
        title=told.title,
        result_id=told.result_id,
        seller_name=told.seller_name,
        seller_key=name_key(told.seller_name),
        seller_code=told.seller_code,
        seller_county=told.seller_county,
        buyer_name=told.buyer_name,
        buyer_key=name_key(told.buyer_name),
        buyer_code=told.buyer_code,
        buyer_county=told.buyer_county,
        contract_type=told.contract_type,
        amount_fen=told.fen,
        dated=told.day,
        source=told.source,
        import_id=import_id,
        sheet_row=sheet_row,
        recorded_by_id=uow.actor.user_id,
        recorded_at=uow.now(),
    )
    uow.session.add(entry)
    uow.flush()
    uow.emit(OfflineEntered(entry.id, entry.amount_fen, entry.dated.isoformat(), import_id))
    return entry


def book_off(uow: UnitOfWork, entry: OfflineEntry, reason: str, same_as: str = "") -> OfflineEntry:
    """Add the row that takes this one off. Raises Conflict when it is taken off already; emits OfflineReversed."""
    reversal = OfflineEntry(
        **{name: getattr(entry, name) for name in _COPIED},
        kind=EntryKind.REVERSAL,
        reverses_id=entry.id,
        amount_fen=-entry.amount_fen,
        reason=reason,
        same_as=same_as,
        recorded_by_id=uow.actor.user_id,
        recorded_at=uow.now(),
    )
    try:
        with uow.session.begin_nested():
            uow.session.add(reversal)
    except IntegrityError:
        raise Conflict(N_("This row has been booked off already. Reload the page.")) from None
    uow.emit(OfflineReversed(entry.id, reversal.id, same_as))
    return reversal
