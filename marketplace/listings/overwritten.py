"""What a save from one window has written over in a draft that was changed in another: kept, shown, and taken back.

The last save wins, for nobody can be asked while he types; so what it replaced is not lost.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.listings.content import as_json
from marketplace.listings.models import Listing, Overwritten

KEPT = 20
"""Of one draft so many are kept, the latest: two windows that save in turn must not fill the database."""


class Fields(Protocol):
    """How a kind of listing reads what is typed into a field, and writes it as it was kept."""

    @property
    def typed_in(self) -> Callable[[UnitOfWork, Any, str], Any]: ...

    @property
    def restore(self) -> Callable[[UnitOfWork, int, str, Any], Listing]: ...


def is_stale(uow: UnitOfWork, listing: Listing, seen: int | None) -> bool:
    """Whether somebody has saved after the version `seen` on the screen. Locks the listing, so that it stays true."""
    if seen is None:
        return False
    uow.session.refresh(listing, with_for_update=True)
    return listing.version != seen


def keep(uow: UnitOfWork, listing: Listing, replaced: Mapping[str, Any], by: Mapping[str, Any]) -> None:
    """Keep the values that a stale save replaces `by` others, as far as anything typed is lost with them."""
    for field, value in replaced.items():
        _keep(uow, listing, field, as_json(value), as_json(by[field]))
    uow.flush()
    _forget(uow, rows_of(uow.session, listing.id)[KEPT:])


def _keep(uow: UnitOfWork, listing: Listing, field: str, value: Any, now: Any) -> None:
    """One row for what is in neither the draft now nor in another row; rows that this one makes needless go."""
    rows = rows_of(uow.session, listing.id, field)
    left = [row for row in rows if not _holds(now, row.value)]
    lost = not (value in (None, "", []) or isinstance(value, bool) or _holds(now, value))
    if lost and not any(_holds(row.value, value) for row in left):
        left = [row for row in left if not _holds(value, row.value)]
        uow.session.add(Overwritten(listing_id=listing.id, field=field, value=value, at=uow.now()))
    _forget(uow, [row for row in rows if row not in left])


def rows_of(session: Session, listing_id: int, field: str | None = None) -> list[Overwritten]:
    """What is kept of a draft, or of one of its fields, the latest first."""
    rows = select(Overwritten).where(Overwritten.listing_id == listing_id).order_by(Overwritten.id.desc())
    return list(session.scalars(rows if field is None else rows.where(Overwritten.field == field)))


def count(session: Session, listing_id: int) -> int:
    """How much is kept of a draft."""
    return session.scalar(select(func.count(Overwritten.id)).where(Overwritten.listing_id == listing_id)) or 0


def take_back(uow: UnitOfWork, listing: Listing, row_id: int, fields: Fields) -> None:
    """Write a kept value into the draft; what stands there now is kept in its place. Raises what saving a draft raises."""
    row = _row(uow, listing, row_id)
    now = fields.typed_in(uow, listing, row.field)
    fields.restore(uow, listing.id, row.field, row.value)
    _forget(uow, [row])
    keep(uow, listing, {row.field: now}, {row.field: row.value})


def drop(uow: UnitOfWork, listing: Listing, row_id: int) -> None:
    """Nobody needs it any more."""
    _forget(uow, [_row(uow, listing, row_id)])


def forget(uow: UnitOfWork, listing_id: int) -> None:
    """A text that is published, or has ended, has no draft any more."""
    uow.session.execute(delete(Overwritten).where(Overwritten.listing_id == listing_id))


def _row(uow: UnitOfWork, listing: Listing, row_id: int) -> Overwritten:
    row = uow.session.get(Overwritten, row_id)
    if row is None or row.listing_id != listing.id:
        raise NotFound(N_("There is no such text any more."))
    return row


def _forget(uow: UnitOfWork, rows: list[Overwritten]) -> None:
    uow.session.execute(delete(Overwritten).where(Overwritten.id.in_([row.id for row in rows])))


def _holds(value: Any, other: Any) -> bool:
    """Whether nothing of the other is lost where this value stands: the same, or a text that holds it as a whole."""
    return bool(value == other) or (isinstance(value, str) and isinstance(other, str) and other in value)
