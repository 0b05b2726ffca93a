"""Proves frozen figures: from their own rows, from the database by their own definitions, and from the audit log. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass

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
from marketplace.statistics.rules import Figure

NAMED = 5
"""Of many rows that differ, so many are named."""


@dataclass(frozen=True)
class Problem:
    """What does not hold; `figure` is empty for what concerns the snapshot as a whole."""

    snapshot: str
    figure: str
    problem: str


def verify(uow: UnitOfWork) -> tuple[int, list[Problem]]:
    """How many snapshots were checked, whatever their state, and everything that does not hold."""
    snapshots = uow.session.scalars(select(Snapshot).order_by(Snapshot.id)).all()
    return len(snapshots), [problem for one in snapshots for problem in problems_of(uow, one)]


def problems_of(uow: UnitOfWork, snapshot: Snapshot) -> list[Problem]:
    """Everything that does not hold of one snapshot: within it, against the database as it is, and against the audit log."""
    found = problems_within(uow.session, snapshot)
    for figure in figures_of(uow.session, snapshot.id):
        found += [
            Problem(snapshot.number, figure.code.value, what)
            for what in _against_database(uow.session, snapshot, figure)
        ]
    if not _is_in_audit_log(uow.session, snapshot):
        found.append(Problem(snapshot.number, "", "the audit log has no entry for these figures"))
    return found


def problems_within(session: Session, snapshot: Snapshot) -> list[Problem]:
    """What does not hold of a snapshot by itself: sums and hashes of its rows, and the hash over all of it."""
    found = []
    figures = figures_of(session, snapshot.id)
    for figure in figures:
        rows = frozen_rows(session, snapshot.id, figure.code)
        found += [Problem(snapshot.number, figure.code.value, what) for what in _of_rows(snapshot, figure, rows)]
    old = session.get(Snapshot, snapshot.corrects_id) if snapshot.corrects_id else None
    if snapshot.sha256 != manifest_hash(manifest(snapshot, old.number if old else None, figures)):
        found.append(Problem(snapshot.number, "", "its hash is not that of its content"))
    return found


def figures_of(session: Session, snapshot_id: int) -> list[SnapshotFigure]:
    """The figures of a snapshot in the order of their codes."""
    of = select(SnapshotFigure).where(SnapshotFigure.snapshot_id == snapshot_id)
    return sorted(session.scalars(of), key=lambda figure: figure.code.value)


def _of_rows(snapshot: Snapshot, figure: SnapshotFigure, rows: list[FigureRow]) -> Iterator[str]:
    if len(rows) != figure.row_count:
        yield f"{len(rows)} rows instead of {figure.row_count}"
    if rows_hash(rows) != figure.rows_sha256:
        yield "the hash of its rows differs"
    if Figure.sum(row.figure for row in rows) != figure.figure:
        yield "its rows add up to something else"
    for row in rows:
        if not (snapshot.first_on <= row.dated <= snapshot.last_on and row.known_at <= snapshot.as_of):
            yield f"{row.source} does not belong to its period or moment"


def _against_database(session: Session, snapshot: Snapshot, figure: SnapshotFigure) -> Iterator[str]:
    """What was known at that moment never changes, so the same rows must come out today."""
    definition = VERSIONS.get((figure.code, figure.version))
    if definition is None:
        yield f"there is no version {figure.version} of its definition"
        return
    wanted = Filter(definition, snapshot.period, snapshot.as_of)
    frozen = {row.source: row for row in frozen_rows(session, snapshot.id, figure.code)}
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


def _is_in_audit_log(session: Session, snapshot: Snapshot) -> bool:
    """The row that was written when it was frozen tells its hash; the chain keeps that row."""
    of = (AuditRow.object == f"snapshot:{snapshot.id}", AuditRow.action == SnapshotMoved.name)
    return any(
        payload.get("sha256") == snapshot.sha256 for payload in session.scalars(select(AuditRow.payload).where(*of))
    )
