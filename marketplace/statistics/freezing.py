"""What a snapshot freezes: the rows of each figure in a fixed order, the hash of their list, and the manifest over all of it.

The same rows give the same hash whenever and wherever they are read, so anybody can reckon it again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.statistics.definitions import VERSIONS
from marketplace.statistics.models import Snapshot, SnapshotFigure, SnapshotRow
from marketplace.statistics.queries import FigureRow, Filter, chosen, figure_rows
from marketplace.statistics.rules import FigureCode


def current_rows(session: Session, wanted: Filter) -> list[FigureRow]:
    """The rows of a figure as the database gives them, in the order in which they are frozen."""
    found = session.execute(chosen(wanted))
    return sorted(figure_rows(wanted.definition, found), key=lambda row: row.source)


def frozen_rows(session: Session, snapshot_id: int, code: FigureCode) -> list[FigureRow]:
    """The rows of a figure as they were frozen."""
    columns = [getattr(SnapshotRow, name) for name in FigureRow._fields]
    of = (SnapshotRow.snapshot_id == snapshot_id, SnapshotRow.code == code)
    return [FigureRow(*row) for row in session.execute(select(*columns).where(*of).order_by(SnapshotRow.id))]


def rows_hash(rows: Iterable[FigureRow]) -> str:
    """SHA-256 over the canonical JSON of each row, a line each."""
    digest = hashlib.sha256()
    for row in rows:
        facts = [
            row.source,
            row.deal_id,
            row.dated.isoformat(),
            moment(row.known_at),
            row.value,
            row.whole,
            row.counted,
        ]
        digest.update(_canonical([*facts, dict(row.dimensions)]).encode() + b"\n")
    return digest.hexdigest()


def manifest(snapshot: Snapshot, corrects: str | None, figures: Iterable[SnapshotFigure]) -> dict[str, Any]:
    """What the snapshot's own hash is taken of: number, words, period, moment, and each figure with the hash of its rows."""
    return {
        "number": snapshot.number,
        "title": snapshot.title,
        "note": snapshot.note,
        "first": snapshot.first_on.isoformat(),
        "last": snapshot.last_on.isoformat(),
        "as_of": moment(snapshot.as_of),
        "corrects": corrects,
        "figures": [
            {
                "code": one.code.value,
                "version": one.version,
                "definition_sha256": VERSIONS[one.code, one.version].fingerprint,
                "value": one.value,
                "whole": one.whole,
                "counted": one.counted,
                "rows": one.row_count,
                "rows_sha256": one.rows_sha256,
            }
            for one in sorted(figures, key=lambda figure: figure.code.value)
        ],
    }


def manifest_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of a manifest's canonical JSON."""
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def moment(at: datetime) -> str:
    """A UTC moment to the microsecond, always written alike."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
