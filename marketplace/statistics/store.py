"""Keeps the rows of each figure as columns in this process, and reads again what may have changed since.

The audit log says what that is: every change of what figures rest on is announced in its transaction, and the log's rows become
visible in their order. Where the rows of a deal do not depend on those of others, those of the deals that moved are replaced.
Nothing is ever answered from rows that are older than the log.
"""

import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditHead, AuditRow
from marketplace.rewards.models import Reward
from marketplace.statistics.columns import Columns, columns_of, joined
from marketplace.statistics.definition import Definition
from marketplace.statistics.rules import FigureCode

MANY_DEALS = 400
"""When more deals than these moved, all rows are read anew."""


@dataclass
class Kept:
    """The rows of a figure as they were when the audit log ended with a row."""

    audited: int
    columns: Columns


@dataclass
class FigureStore:
    """The figures of one database; one thread reads at a time, the others wait for what it finds."""

    kept: dict[tuple[FigureCode, int], Kept] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def columns(self, session: Session, definition: Definition) -> Columns:
        """All rows of a figure, as they are now."""
        with self.lock:
            # The end of the log is read first: what is written meanwhile is read again the next time.
            audited = session.scalar(select(AuditHead.last_id)) or 0
            key = (definition.code, definition.version)
            kept = self.kept.get(key)
            if kept is None or audited < kept.audited:
                kept = Kept(audited, _read(session, definition))
            elif audited > kept.audited:
                kept = Kept(audited, _read_again(session, definition, kept))
            self.kept[key] = kept
            return kept.columns


_STORES: "WeakKeyDictionary[Any, FigureStore]" = WeakKeyDictionary()
_LOCK = threading.Lock()


def store_of(session: Session) -> FigureStore:
    """The store of the database a session speaks to."""
    with _LOCK:
        return _STORES.setdefault(session.get_bind(), FigureStore())


def _read(session: Session, definition: Definition, deals: Collection[int] | None = None) -> Columns:
    rows = definition.rows().subquery()
    names = [rows.c[name] for name in definition.columns]
    statement = select(*names) if deals is None else select(*names).where(rows.c.deal_id.in_(deals))
    return columns_of(definition.dimensions, session.execute(statement).all())


def _read_again(session: Session, definition: Definition, kept: Kept) -> Columns:
    heard = select(AuditRow.payload).where(AuditRow.id > kept.audited, AuditRow.action.in_(definition.heard))
    payloads = session.scalars(heard.order_by(AuditRow.id).limit(MANY_DEALS)).all()
    if not payloads:
        return kept.columns
    deals = None if definition.across_deals else _deals_of(session, payloads)
    if len(payloads) == MANY_DEALS or deals is None:
        return _read(session, definition)
    return joined(kept.columns.but_for(deals), _read(session, definition, deals))


def _deals_of(session: Session, payloads: Collection[dict[str, Any]]) -> set[int] | None:
    """The deals that events were about; None where one was about something else."""
    deals = {payload["deal_id"] for payload in payloads if "deal_id" in payload}
    others = [payload.get("reward_id") for payload in payloads if "deal_id" not in payload]
    if None in others:
        return None
    return deals | set(session.scalars(select(Reward.deal_id).where(Reward.id.in_(others))))
