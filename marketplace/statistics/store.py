"""Keeps the rows of each figure as columns in this process, and reads again what may have changed since.

The audit log says what that is: every change of what figures rest on is announced in its transaction, and the log's rows become
visible in their order. Nothing is ever answered from rows that are older than the log. What was read is kept in files too: to
read all rows of a large city takes seconds, and to map a file none.
"""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditHead
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.statistics import kept_files
from marketplace.statistics.columns import Columns, joined, source_parts
from marketplace.statistics.definition import Definition
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.reading import Touched, read
from marketplace.statistics.rules import FigureCode
from marketplace.statistics.touching import touched

Key = tuple[FigureCode, int]
HEADS = 1000
_HEAD = select(AuditHead.last_id, AuditHead.last_hash)


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
    heads: dict[int, str] = field(default_factory=dict)
    """The last ends of the audit log that were seen, with their hashes."""

    def columns(self, session: Session, definition: Definition) -> Columns:
        """All rows of a figure, as they are now."""
        return self._current(session, definition).columns

    def file(self, session: Session, definition: Definition) -> None:
        """Keep the rows of a figure in a file as they are now, unless they are kept already."""
        kept, key = self._current(session, definition), _key(definition)
        if kept.audited and kept.filed != kept.audited:
            kept_files.save(self.folder, session, definition, kept.audited, kept.columns)
            with self.locks[key]:
                if self.kept[key] is kept:
                    self.kept[key] = replace(kept, filed=kept.audited)

    def _current(self, session: Session, definition: Definition) -> Kept:
        key = _key(definition)
        with self.locks[key]:
            # The end of the log is read first: what is written meanwhile is read again the next time.
            audited, head = end_of_log(session)
            kept = self.kept.get(key) or self._from_file(session, definition)
            if kept and audited < kept.audited and self.heads.get(audited) == head:
                # Whoever asks began before the last event: what came on record since is not known at the moment he asks for.
                return kept
            self._seen(audited, head)
            if kept is None or audited < kept.audited:
                kept = Kept(audited, read(session, definition))
            elif audited > kept.audited:
                kept = _brought_up(session, definition, kept, audited) or Kept(audited, read(session, definition))
            self.kept[key] = kept
            return kept

    def _seen(self, audited: int, head: str) -> None:
        self.heads[audited] = head
        while len(self.heads) > HEADS:
            del self.heads[next(iter(self.heads))]

    def _from_file(self, session: Session, definition: Definition) -> Kept | None:
        found = kept_files.load(self.folder, session, definition)
        return Kept(*found, found[0]) if found else None


_STORES: "WeakKeyDictionary[Any, FigureStore]" = WeakKeyDictionary()
_LOCK = threading.Lock()


def end_of_log(session: Session) -> tuple[int, str]:
    """The last row of the audit log, by its id and hash."""
    row = session.execute(_HEAD).one_or_none()
    return (row[0], row[1]) if row else (0, "")


def store_of(uow: UnitOfWork) -> FigureStore:
    """The store of the database a unit of work speaks to."""
    with _LOCK:
        return _STORES.setdefault(uow.session.get_bind(), FigureStore(uow.settings.figures_dir))


def keep(uow: UnitOfWork) -> None:
    """Bring the files of all figures up to date: what a process needs to start quickly."""
    store = store_of(uow)
    for definition in DEFINITIONS.values():
        store.file(uow.session, definition)
    kept_files.sweep(store.folder, {kept_files.file_name(uow.session, one) for one in DEFINITIONS.values()})


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
        kind, id_ = source_parts(source)
        by_kind[kind].append(id_)
    for kind, ids in by_kind.items():
        columns = columns.but_for_records(kind, ids)
    return columns.but_for(changed.deals) if changed.deals else columns
