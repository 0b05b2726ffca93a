"""What a snapshot changes of the one it corrects: the list of differences, figure by figure. Reads only."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy.orm import Session

from marketplace.statistics.freezing import frozen_rows
from marketplace.statistics.models import Snapshot, SnapshotFigure
from marketplace.statistics.proving import figures_of
from marketplace.statistics.queries import FigureRow
from marketplace.statistics.rules import ChangeKind, Figure, FigureCode


@dataclass(frozen=True)
class Change:
    """A row that differs: as it was frozen before, and as it is frozen now."""

    kind: ChangeKind
    old: FigureRow | None
    new: FigureRow | None

    @property
    def row(self) -> FigureRow:
        """The row to name it by."""
        row = self.new or self.old
        assert row is not None
        return row

    @property
    def figure(self) -> Figure:
        """What the change adds to the figure."""
        old, new = (row.figure if row else Figure() for row in (self.old, self.new))
        return Figure(new.value - old.value, new.count - old.count, new.whole - old.whole)


@dataclass(frozen=True)
class Comparison:
    """One figure before and after; the changes add up to what lies between. The versions tell whether its definition changed."""

    code: FigureCode
    old: SnapshotFigure
    new: SnapshotFigure
    changes: tuple[Change, ...]

    @property
    def counts(self) -> list[tuple[ChangeKind, int]]:
        """How many rows differ, by why."""
        kinds = Counter(change.kind for change in self.changes)
        return [(kind, kinds[kind]) for kind in ChangeKind if kinds[kind]]

    @property
    def is_redefined(self) -> bool:
        """Whether the figure now goes by another version of its definition."""
        return self.old.version != self.new.version


def compared(session: Session, old: Snapshot, new: Snapshot) -> list[Comparison]:
    """Every figure of two snapshots of one period."""
    before = {figure.code: figure for figure in figures_of(session, old.id)}
    return [
        Comparison(figure.code, before[figure.code], figure, _changes(session, old, new, figure.code))
        for figure in figures_of(session, new.id)
        if figure.code in before
    ]


def _changes(session: Session, old: Snapshot, new: Snapshot, code: FigureCode) -> tuple[Change, ...]:
    before = {row.source: row for row in frozen_rows(session, old.id, code)}
    after = {row.source: row for row in frozen_rows(session, new.id, code)}
    differs = (source for source in {*before, *after} if not _is_same(before.get(source), after.get(source)))
    changes = (_change(before.get(source), after.get(source)) for source in differs)
    return tuple(sorted(changes, key=lambda change: (change.row.dated, change.row.source)))


def _is_same(old: FigureRow | None, new: FigureRow | None) -> bool:
    """By what both were cut by: a dimension that a later definition has beside them changes no row."""
    if old is None or new is None:
        return False
    shared = old.dimensions.keys() & new.dimensions.keys()
    facts_agree = old._replace(dimensions={}) == new._replace(dimensions={})
    return facts_agree and all(old.dimensions[one] == new.dimensions[one] for one in shared)


def _change(old: FigureRow | None, new: FigureRow | None) -> Change:
    if old is None and new is not None:
        return Change(ChangeKind.TAKEN_OFF if new.value < 0 or new.whole < 0 else ChangeKind.NEW, None, new)
    return Change(ChangeKind.CHANGED if new is not None else ChangeKind.GONE, old, new)
