"""Rows of the offline ledger as records that are compared with contracts and with each other."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from marketplace.duplicates.rules import Limits, Record, RecordKind, Side
from marketplace.duplicates.sources import Source, register
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.permissions import Actor
from marketplace.offline.booking import book_off
from marketplace.offline.models import OfflineEntry
from marketplace.offline.policy import visible
from marketplace.offline.rules import EntryKind, Told

_Reversal = aliased(OfflineEntry)
_IS_REVERSED = exists().where(_Reversal.reverses_id == OfflineEntry.id)


def record_told(told: Told) -> Record | None:
    """A deal that is not entered yet; None as long as its amount or day is missing."""
    if not told.fen or told.day is None:
        return None
    sides = (Side(told.seller_name, told.seller_code), Side(told.buyer_name, told.buyer_code))
    counties = (told.seller_county, told.buyer_county)
    return Record(RecordKind.OFFLINE, 0, told.title, *sides, told.fen, told.day, told.result_id, *counties)


def records(session: Session, ids: Collection[int]) -> Mapping[int, Record]:
    """Rows by their ids; a reversal is no row of its own."""
    return {one.id: one for one in _read(session, OfflineEntry.id.in_(ids))}


def near(session: Session, of: Sequence[Record], limits: Limits) -> Iterable[Record]:
    """Standing rows that name one of these parties on each side, in the days around them."""
    days = [record.day for record in of]
    margin = timedelta(days=limits.days)
    around = OfflineEntry.dated.between(min(days) - margin, max(days) + margin)
    sides = [side for record in of for side in (record.seller, record.buyer)]
    seller = _names(OfflineEntry.seller_key, OfflineEntry.seller_code, sides)
    buyer = _names(OfflineEntry.buyer_key, OfflineEntry.buyer_code, sides)
    return (one for one in _read(session, around & seller & buyer) if one.stands)


def in_office(actor: Actor) -> Select[int]:
    """The rows of this official's counties."""
    return select(OfflineEntry.id).where(visible(actor))


def _names(
    key: InstrumentedAttribute[str], code: InstrumentedAttribute[str], sides: Sequence[Side]
) -> ColumnElement[bool]:
    return or_(key.in_({side.key for side in sides}), code.in_({side.code for side in sides if side.code}))


def _read(session: Session, which: ColumnElement[bool]) -> list[Record]:
    statement = select(OfflineEntry, _IS_REVERSED).where(OfflineEntry.kind == EntryKind.ENTRY, which)
    return [_record(entry, is_reversed) for entry, is_reversed in session.execute(statement)]


def _record(entry: OfflineEntry, is_reversed: bool) -> Record:
    return Record(
        RecordKind.OFFLINE,
        entry.id,
        entry.title,
        Side(entry.seller_name, entry.seller_code),
        Side(entry.buyer_name, entry.buyer_code),
        entry.amount_fen,
        entry.dated,
        entry.result_id,
        entry.seller_county,
        entry.buyer_county,
        stands=not is_reversed,
        is_in_force=not is_reversed,
    )


def _set_aside(uow: UnitOfWork, entry_id: int, reason: str, kept: Record) -> None:
    name = f"{kept.kind.value}:{kept.id}"
    book_off(uow, uow.session.get_one(OfflineEntry, entry_id), reason, name)


SOURCE = register(Source(RecordKind.OFFLINE, near, records, in_office, _set_aside))
