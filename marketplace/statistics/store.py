"""Keeps the rows of each figure as columns in this process, and reads again what may have changed since.

The audit log says what that is: every change of what figures rest on is announced in its transaction, and the log's rows become
visible in their order. Nothing is ever answered from rows that are older than the log. What was read is kept in files too: to
read all rows of a large city takes seconds, and to map a file none.
"""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditHead
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.statistics import kept_files
from marketplace.statistics.columns import Columns, joined
from marketplace.statistics.definition import Definition
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.reading import Touched, read
from marketplace.statistics.rules import FigureCode
from marketplace.statistics.touching import touched

Key = tuple[FigureCode, int]


@dataclass(frozen=True)
class Kept:
    """The rows of a figure as they were when the audit log ended with a row; `filed` is the row by which a file holds them."""

    audited: int
    columns: Columns
    filed: int | None = None


def _locks() -> Mapping[Key, threading.Lock]:
    return defaultdict(threading.Lock)


@dataclass
class FigureStore:
    """The figures of one database; of each figure one thread reads at a time, and the others wait for what it finds."""

    folder: Path
    kept: dict[Key, Kept] = field(default_factory=dict)
    locks: Mapping[Key, threading.Lock] = field(default_factory=_locks)

    def columns(self, session: Session, definition: Definition) -> Columns:
        """All rows of a figure, as they are now."""
        return self._current(session, definition).columns

    def file(self, session: Session, definition: Definition) -> None:
        """Keep the rows of a figure in a file as they are now, unless they are kept already."""
        kept = self._current(session, definition)
        if kept.audited and kept.filed != kept.audited:
            kept_files.save(self.folder, session, definition, kept.audited, kept.columns)
            self.kept[_key(definition)] = Kept(kept.audited, kept.columns, kept.audited)

    def _current(self, session: Session, definition: Definition) -> Kept:
        key = _key(definition)
        with self.locks[key]:
            # The end of the log is read first: what is written meanwhile is read again the next time.
            audited = session.scalar(select(AuditHead.last_id)) or 0
            kept = self.kept.get(key) or self._from_file(session, definition)
            if kept is None or audited < kept.audited:
                kept = Kept(audited, read(session, definition))
            elif audited > kept.audited:
                kept = _brought_up(session, definition, kept, audited) or Kept(audited, read(session, definition))
            self.kept[key] = kept
            return kept

    def _from_file(self, session: Session, definition: Definition) -> Kept | None:
        found = kept_files.load(self.folder, session, definition)
        return Kept(*found, found[0]) if found else None


_STORES: "WeakKeyDictionary[Any, FigureStore]" = WeakKeyDictionary()
_LOCK = threading.Lock()


def store_of(uow: UnitOfWork) -> FigureStore:
    """The store of the database a unit of work speaks to."""
    with _LOCK:
        return _STORES.setdefault(uow.session.get_bind(), FigureStore(uow.settings.figures_dir))


def keep(uow: UnitOfWork) -> None:
    """Bring the files of all figures up to date: what a process needs to start quickly."""
    for definition in DEFINITIONS.values():
        store_of(uow).file(uow.session, definition)


def _key(definition: Definition) -> Key:
    return definition.code, definition.version


def _brought_up(session: Session, definition: Definition, kept: Kept, audited: int) -> Kept | None:
    """The rows with what was touched since; None where that may be anything."""
    changed = touched(session, definition, kept.audited)
    if changed is None:
        return None
    if not changed:  # Only what it does not hear of has happened: the same rows, and the same file.
        return Kept(audited, kept.columns, audited if kept.filed == kept.audited else None)
    return Kept(audited, joined((_others(kept.columns, changed), read(session, definition, changed))))


def _others(columns: Columns, changed: Touched) -> Columns:
    by_kind: dict[str, list[int]] = defaultdict(list)
    for source in changed.sources:
        kind, _, id_ = source.partition(":")
        by_kind[kind].append(int(id_))
    for kind, ids in by_kind.items():
        columns = columns.but_for_records(kind, ids)
    return columns.but_for(changed.deals) if changed.deals else columns
