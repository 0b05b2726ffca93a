"""The outbox: what still has to happen because something was committed. One row per event and handler.

Rows are claimed by a conditional UPDATE, retried from 30 seconds to 2 hours, and parked where an administrator sees them.
A handler that only has to wait raises NotYet.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, Index, String, Text, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from marketplace.infra.database import Base, UtcDateTime
from marketplace.kernel.events import Event

RETRY_AFTER = tuple(timedelta(seconds=s) for s in (30, 120, 600, 1800, 7200))
CLAIM_FOR = timedelta(minutes=10)
LOOK_AGAIN_AFTER = timedelta(seconds=15)
UNTAKEN_AFTER = timedelta(minutes=2)
"""What has been due for so long is late, unless a worker has much to do."""

SILENT_AFTER = timedelta(minutes=5)
"""A worker looks at its schedule every minute, between two tasks."""


class NotYet(Exception):
    """What a handler needs is being made and will be there soon: it is asked again, as often as it takes."""


class OutboxRow(Base):
    """One handler's task for one event. Done rows are deleted in the handler's own transaction."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    handler: Mapped[str] = mapped_column(String(80))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    parked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("ix_outbox_due", "parked_at", "due_at", "id"),)


class ScheduledRun(Base):
    """When a scheduled task last ran; claimed by a conditional UPDATE so that only one worker runs it."""

    __tablename__ = "scheduled_runs"

    task: Mapped[str] = mapped_column(String(80), primary_key=True)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


def add(session: Session, event: Event, handlers: Sequence[str], at: datetime) -> None:
    """Write one row per handler, in the transaction of the change itself."""
    session.add_all(
        OutboxRow(at=at, due_at=at, event=event.name, payload=event.payload(), handler=handler) for handler in handlers
    )


def _free(now: datetime) -> ColumnElement[bool]:
    unclaimed = OutboxRow.claimed_until.is_(None) | (OutboxRow.claimed_until < now)
    return OutboxRow.parked_at.is_(None) & (OutboxRow.due_at <= now) & unclaimed


def anything_due(session: Session, now: datetime) -> bool:
    """Whether some row waits for a worker."""
    return session.scalar(select(OutboxRow.id).where(_free(now)).limit(1)) is not None


def worker_seen_at(session: Session) -> datetime | None:
    """When a worker last ran a task of its schedule."""
    return session.scalar(select(func.max(ScheduledRun.last_at)))


def untaken_since(session: Session, now: datetime) -> datetime | None:
    """Since when the oldest task waits that no worker takes; None where none is late, or a worker gives a sign of life."""
    oldest: datetime | None = session.scalar(select(func.min(OutboxRow.due_at)).where(_free(now)))
    if oldest is None or now - oldest < UNTAKEN_AFTER:
        return None
    seen = worker_seen_at(session)
    in_hand = select(OutboxRow.id).where(OutboxRow.claimed_until >= now).limit(1)
    is_alive = (seen is not None and now - seen < SILENT_AFTER) or session.scalar(in_hand) is not None
    return None if is_alive else oldest


def claim(session: Session, now: datetime, sizes: Mapping[str, int]) -> list[OutboxRow]:
    """Take rows of one handler that are due, as many as `sizes` says or one. The caller commits before it works on them."""
    free = _free(now)
    first = session.scalar(select(OutboxRow.handler).where(free).order_by(OutboxRow.id).limit(1))
    if first is None:
        return []
    wanted = (
        select(OutboxRow.id)
        .where(free, OutboxRow.handler == first)
        .order_by(OutboxRow.id)
        .limit(sizes.get(first, 1))
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(wanted))
    taken = session.scalars(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), free)
        .values(claimed_until=now + CLAIM_FOR, attempts=OutboxRow.attempts + 1)
        .returning(OutboxRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(taken, key=lambda row: row.id)


def failed(row: OutboxRow, now: datetime, error: str) -> None:
    """Put it back for later, or park it after the last retry."""
    row.error, row.claimed_until = error[-4000:], None
    if row.attempts > len(RETRY_AFTER):
        row.parked_at = now
    else:
        row.due_at = now + RETRY_AFTER[row.attempts - 1]


def postponed(row: OutboxRow, now: datetime) -> None:
    """Put it back for soon; this was no attempt."""
    row.attempts, row.claimed_until, row.due_at = row.attempts - 1, None, now + LOOK_AGAIN_AFTER
