"""The reading side of the inbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.notifications.models import Notification


@dataclass(frozen=True)
class InboxRow:
    """One line of an inbox."""

    id: int
    message: str
    params: dict[str, Any]
    url: str
    at: datetime
    read_at: datetime | None


def unread(session: Session, user_id: int | None) -> int:
    """How many lines a person has not opened yet; none for a visitor."""
    if user_id is None:
        return 0
    waiting = (Notification.user_id == user_id) & Notification.read_at.is_(None)
    return session.scalar(select(func.count(Notification.id)).where(waiting)) or 0


def count(session: Session, user_id: int | None) -> int:
    """How many lines a person's inbox holds."""
    return session.scalar(select(func.count(Notification.id)).where(Notification.user_id == user_id)) or 0


def inbox(session: Session, user_id: int | None, offset: int = 0, limit: int = 50) -> Sequence[InboxRow]:
    """A stretch of a person's inbox: what is unread first, the latest first."""
    columns = (Notification.id, Notification.message, Notification.params, Notification.url)
    statement = (
        select(*columns, Notification.at, Notification.read_at)
        .where(Notification.user_id == user_id)
        .order_by(Notification.read_at.is_not(None), Notification.at.desc(), Notification.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [InboxRow(*row) for row in session.execute(statement)]
