"""The reading side of the offline ledger: sums by month and county, its rows, and one row with all that is known of it.

Everything adds up the same rows: of a period, as known at a moment, in the scope of whoever asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.permissions import Actor
from marketplace.offline.models import OfflineEntry, OfflineImport, OfflinePaper
from marketplace.offline.policy import require_visible, visible
from marketplace.offline.rules import EntryKind

NOT_GIVEN = "-"
"""Stands for a county that nobody has given, where None means any."""

_COUNT = func.coalesce(func.sum(case((OfflineEntry.kind == EntryKind.ENTRY, 1), else_=-1)), 0)
_FEN = func.coalesce(func.sum(OfflineEntry.amount_fen), 0)


@dataclass(frozen=True)
class Wanted:
    """A period in days of China, both included, as known at a moment; a month (2026-11) and counties (NOT_GIVEN) narrow it."""

    first: date
    last: date
    as_of: datetime
    month: str | None = None
    seller: str | None = None
    buyer: str | None = None


@dataclass(frozen=True)
class Sum:
    """An amount in fen, and of how many rows that stand."""

    fen: int = 0
    count: int = 0


@dataclass(frozen=True)
class CountySum:
    """One county as seller and as buyer: two views of the same rows. `county` is None for 未填."""

    county: str | None
    sold: Sum
    bought: Sum


@dataclass(frozen=True)
class Ledger:
    """The sums of what was asked for."""

    total: Sum
    months: tuple[tuple[str, Sum], ...]
    counties: tuple[CountySum, ...]


@dataclass(frozen=True)
class EntryRow:
    """A row with who entered it, and the row that takes it off, if there is one."""

    entry: OfflineEntry
    author: str
    reversal: OfflineEntry | None = None
    reversed_by: str = ""


@dataclass(frozen=True)
class EntryPage:
    """Everything about one row."""

    row: EntryRow
    papers: Sequence[OfflinePaper]
    file_name: str
    same_as: tuple[str, int] | None
    may_change: bool


def total(session: Session, actor: Actor, wanted: Wanted) -> Sum:
    """The sum alone."""
    fen, count = session.execute(select(_FEN, _COUNT).where(*_which(actor, wanted))).one()
    return Sum(int(fen), int(count))


def ledger(session: Session, actor: Actor, wanted: Wanted, counties: Sequence[str]) -> Ledger:
    """The sums by month and county, of those there are; counties come in their official order, 未填 last."""
    months = _by(session, actor, wanted, func.substr(cast(OfflineEntry.dated, String), 1, 7))
    sold = _by(session, actor, wanted, OfflineEntry.seller_county)
    bought = _by(session, actor, wanted, OfflineEntry.buyer_county)
    elsewhere = sorted((set(sold) | set(bought)) - {*counties, None}, key=str)
    here = [one for one in counties if one in sold or one in bought]
    known = [*here, *elsewhere, *([None] if None in sold or None in bought else [])]
    return Ledger(
        total(session, actor, wanted),
        tuple(sorted(months.items())),
        tuple(CountySum(one, sold.get(one, Sum()), bought.get(one, Sum())) for one in known),
    )


def count(session: Session, actor: Actor, wanted: Wanted) -> int:
    """How many rows there are to list; one that takes another off is listed as well."""
    return session.scalar(select(func.count(OfflineEntry.id)).where(*_which(actor, wanted))) or 0


def rows(session: Session, actor: Actor, wanted: Wanted, offset: int = 0, limit: int | None = None) -> list[EntryRow]:
    """The rows themselves, the newest first; together they add up to the sum."""
    statement = _with_names(wanted.as_of).where(*_which(actor, wanted))
    ordered = statement.order_by(OfflineEntry.dated.desc(), OfflineEntry.id.desc()).offset(offset)
    return [EntryRow(*row) for row in session.execute(ordered if limit is None else ordered.limit(limit))]


def entry_page(uow: UnitOfWork, entry_id: int) -> EntryPage:
    """One row; the number of a reversal leads to the row it takes off. Raises NotFound."""
    session = uow.session
    entry = require_visible(uow.actor, session.get(OfflineEntry, entry_id))
    found = session.execute(_with_names().where(OfflineEntry.id == (entry.reverses_id or entry.id))).one()
    row = EntryRow(*found)
    papers = select(OfflinePaper).where(OfflinePaper.entry_id == row.entry.id).order_by(OfflinePaper.id)
    sheet = session.get(OfflineImport, row.entry.import_id) if row.entry.import_id else None
    kind, _, number = (row.reversal.same_as if row.reversal else "").partition(":")
    same_as = (kind, int(number)) if number else None
    return EntryPage(
        row, session.scalars(papers).all(), sheet.file_name if sheet else "", same_as, row.reversal is None
    )


def imports_of(session: Session, actor: Actor, limit: int = 50) -> Sequence[OfflineImport]:
    """The sheets of this person, the newest first."""
    mine = select(OfflineImport).where(OfflineImport.uploaded_by_id == actor.user_id)
    return session.scalars(mine.order_by(OfflineImport.id.desc()).limit(limit)).all()


def entered_rows(session: Session, import_id: int) -> dict[int, int]:
    """Number in the sheet -> id of the row it became."""
    found = select(OfflineEntry.sheet_row, OfflineEntry.id).where(OfflineEntry.import_id == import_id)
    return {number: id_ for number, id_ in session.execute(found) if number is not None}


def _with_names(as_of: datetime | None = None) -> Select[Any]:
    """What takes a row off stands beside it only if it was known by then."""
    reversal, author, second = aliased(OfflineEntry), aliased(User), aliased(User)
    columns: tuple[Any, ...] = (OfflineEntry, author.name, reversal, func.coalesce(second.name, ""))
    joined = select(*columns).join(author, author.id == OfflineEntry.recorded_by_id)
    known = and_(true() if as_of is None else reversal.recorded_at <= as_of, reversal.reverses_id == OfflineEntry.id)
    joined = joined.outerjoin(reversal, known)
    return joined.outerjoin(second, second.id == reversal.recorded_by_id)


def _by(session: Session, actor: Actor, wanted: Wanted, what: Any) -> dict[Any, Sum]:
    named = what.label("part")
    statement = select(named, _FEN, _COUNT).where(*_which(actor, wanted)).group_by(named)
    return {part: Sum(int(fen), int(number)) for part, fen, number in session.execute(statement)}


def _which(actor: Actor, wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    month = func.substr(cast(OfflineEntry.dated, String), 1, 7)
    return (
        visible(actor),
        OfflineEntry.dated.between(wanted.first, wanted.last),
        OfflineEntry.recorded_at <= wanted.as_of,
        *([month == wanted.month] if wanted.month else []),
        *_of_county(OfflineEntry.seller_county, wanted.seller),
        *_of_county(OfflineEntry.buyer_county, wanted.buyer),
    )


def _of_county(column: InstrumentedAttribute[str | None], county: str | None) -> list[ColumnElement[bool]]:
    if county is None:
        return []
    return [column.is_(None) if county == NOT_GIVEN else column == county]
