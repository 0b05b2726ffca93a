"""Proves frozen figures: from their own rows, from the database by their own definitions, and from the audit log. Reads only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.statistics.definitions import VERSIONS
from marketplace.statistics.events import SnapshotMoved
from marketplace.statistics.freezing import (
    current_rows,
    frozen_rows,
    manifest,
    manifest_hash,
    rows_hash,
)
from marketplace.statistics.models import Snapshot, SnapshotFigure
from marketplace.statistics.queries import FigureRow, Filter
from marketplace.statistics.rules import SNAPSHOT_STATES, Figure, FigureCode, SnapshotState

NAMED = 5
"""Of many rows that differ, so many are named."""


@dataclass(frozen=True)
class Problem:
    """What does not hold; `figure` is empty for what concerns the snapshot as a whole."""

    snapshot: str
    figure: str
    problem: str


def verify(uow: UnitOfWork) -> tuple[int, list[Problem]]:
    """How many snapshots were checked, whatever their state, and everything that does not hold. What the audit log says was
    frozen must be there."""
    snapshots = {_name_in_log(one): one for one in uow.session.scalars(select(Snapshot).order_by(Snapshot.id))}
    logged = _logged(uow.session)
    found = [
        problem for name, one in snapshots.items() for problem in _problems(uow.session, one, logged.get(name, []))
    ]
    gone = (rows[0].payload["number"] for name, rows in logged.items() if name not in snapshots)
    return len(snapshots), [*found, *(Problem(number, "", "it was frozen and is gone") for number in gone)]


def problems_of(session: Session, snapshot: Snapshot) -> list[Problem]:
    """Everything that does not hold of one snapshot: by itself, against the database as it is, and against the audit log."""
    name = _name_in_log(snapshot)
    return _problems(session, snapshot, _logged(session, name).get(name, []))


def _problems(session: Session, snapshot: Snapshot, logged: Sequence[Any]) -> list[Problem]:
    figures = figures_of(session, snapshot.id)
    found = []
    for figure in figures:
        rows = frozen_rows(session, snapshot.id, figure.code)
        differs = (*_of_rows(snapshot, figure, rows), *_against_database(session, snapshot, figure, rows))
        found += [Problem(snapshot.number, figure.code.value, what) for what in differs]
    of_all = (*_of_content(session, snapshot, figures), *_against_log(snapshot, logged))
    return found + [Problem(snapshot.number, "", what) for what in of_all]


def _of_content(session: Session, snapshot: Snapshot, figures: Sequence[SnapshotFigure]) -> Iterator[str]:
    if any((one.code, one.version) not in VERSIONS for one in figures):
        return  # Said of the figure already.
    old = session.get(Snapshot, snapshot.corrects_id) if snapshot.corrects_id else None
    if snapshot.sha256 != manifest_hash(manifest(snapshot, old.number if old else None, figures)):
        yield "its hash is not that of its content"


def figures_of(session: Session, snapshot_id: int) -> list[SnapshotFigure]:
    """The figures of a snapshot in the order in which they are shown."""
    of = select(SnapshotFigure).where(SnapshotFigure.snapshot_id == snapshot_id)
    return sorted(session.scalars(of), key=lambda figure: list(FigureCode).index(figure.code))


def _of_rows(snapshot: Snapshot, figure: SnapshotFigure, rows: Sequence[FigureRow]) -> Iterator[str]:
    if len(rows) != figure.row_count:
        yield f"{len(rows)} rows instead of {figure.row_count}"
    if rows_hash(rows) != figure.rows_sha256:
        yield "the hash of its rows differs"
    if Figure.sum(row.figure for row in rows) != figure.figure:
        yield "its rows add up to something else"
    definition = VERSIONS.get((figure.code, figure.version))
    days = definition.days_of(snapshot.period) if definition else snapshot.period
    for row in rows:
        if not (days.first <= row.dated <= days.last and row.known_at <= snapshot.as_of):
            yield f"{row.source} does not belong to its period or moment"


def _against_database(
    session: Session, snapshot: Snapshot, figure: SnapshotFigure, rows: Sequence[FigureRow]
) -> Iterator[str]:
    """What was known at that moment never changes, so the same rows must come out today."""
    definition = VERSIONS.get((figure.code, figure.version))
    if definition is None:
        yield f"there is no version {figure.version} of its definition"
        return
    wanted = Filter(definition, snapshot.period, snapshot.as_of)
    frozen = {row.source: row for row in rows}
    current = {row.source: row for row in current_rows(session, wanted)}
    differs = sorted(source for source in {*frozen, *current} if frozen.get(source) != current.get(source))
    for source in differs[:NAMED]:
        if source not in current:
            yield f"{source} is frozen, and not on record"
        elif source not in frozen:
            yield f"{source} is on record, and not frozen"
        else:
            yield f"{source} is frozen otherwise than it is on record"
    if len(differs) > NAMED:
        yield f"{len(differs) - NAMED} more rows differ"


def _name_in_log(snapshot: Snapshot) -> str:
    return f"snapshot:{snapshot.id}"


def _logged(session: Session, name: str | None = None) -> dict[str, list[Any]]:
    """What the audit log has of snapshots, or of one, in order, by their names in it."""
    statement = select(AuditRow.object, AuditRow.actor_id, AuditRow.payload).where(
        AuditRow.action == SnapshotMoved.name
    )
    if name is not None:
        statement = statement.where(AuditRow.object == name)
    found: dict[str, list[Any]] = {}
    for row in session.execute(statement.order_by(AuditRow.id)):
        found.setdefault(row.object, []).append(row)
    return found


_STATES = {"freeze": SnapshotState.FROZEN} | {one.action: one.target for one in SNAPSHOT_STATES.transitions}


def _against_log(snapshot: Snapshot, logged: Sequence[Any]) -> Iterator[str]:
    """The log tells who froze which content, and who decided: the snapshot must say the same."""
    if not logged or logged[0].payload.get("action") != "freeze":
        yield "the audit log has no entry of its freezing"
        return
    first, last = logged[0], logged[-1]
    if any((row.payload["sha256"], row.payload["number"]) != (snapshot.sha256, snapshot.number) for row in logged):
        yield "the audit log tells of another content"
    if _STATES.get(last.payload["action"]) is not snapshot.state:
        yield "its state is not that of the audit log"
    decided_by = last.actor_id if len(logged) > 1 else None
    if (first.actor_id, decided_by) != (snapshot.frozen_by_id, snapshot.decided_by_id):
        yield "other people froze it, or decided about it, by the audit log"
    if snapshot.state is SnapshotState.PUBLISHED and first.actor_id == last.actor_id:
        yield "one person alone froze and published it"
