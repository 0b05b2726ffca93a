"""Snapshots as pages show them: the list, one with its figures, and what stands behind each number. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.statistics.comparing import Comparison, compared
from marketplace.statistics.definition import Definition
from marketplace.statistics.definitions import VERSIONS
from marketplace.statistics.desk import Desk, arrange
from marketplace.statistics.disclosing import hidden_by_figure
from marketplace.statistics.disclosure import Hidden
from marketplace.statistics.freezing import frozen_rows
from marketplace.statistics.frozen_columns import frozen_columns
from marketplace.statistics.models import Snapshot, SnapshotFigure
from marketplace.statistics.policy import relations
from marketplace.statistics.proving import figures_of
from marketplace.statistics.queries import FigureRow
from marketplace.statistics.rules import SNAPSHOT_STATES, STANDING, FigureCode, SnapshotState


@dataclass(frozen=True)
class SnapshotRowOfList:
    """A line of the list of snapshots."""

    snapshot: Snapshot
    corrected_by: str | None


@dataclass(frozen=True)
class FrozenFigure:
    """One frozen figure with the definition it was frozen by."""

    frozen: SnapshotFigure
    definition: Definition


@dataclass(frozen=True)
class SnapshotPage:
    """One snapshot, with the published ones before and after it; `actions` are what the reader may do."""

    snapshot: Snapshot
    author: str
    decided_by: str
    figures: tuple[FrozenFigure, ...]
    corrects: Snapshot | None
    corrected_by: Snapshot | None
    actions: frozenset[str]

    @property
    def as_of(self) -> date:
        """The day in China at whose end it was known."""
        return china_day(self.snapshot.as_of)

    @property
    def codes(self) -> frozenset[FigureCode]:
        """The figures it holds."""
        return frozenset(one.definition.code for one in self.figures)

    def definition_of(self, code: FigureCode) -> Definition:
        """The definition one of its figures goes by."""
        return next(one.definition for one in self.figures if one.definition.code is code)

    @property
    def is_published(self) -> bool:
        """Whether everybody sees it."""
        return self.snapshot.state is SnapshotState.PUBLISHED


def all_snapshots(uow: UnitOfWork) -> list[SnapshotRowOfList]:
    """Every snapshot for officials of the city, the published ones for the others; newest first."""
    correction = aliased(Snapshot)
    is_correction = (correction.corrects_id == Snapshot.id) & (correction.state == SnapshotState.PUBLISHED)
    statement = select(Snapshot, correction.number).outerjoin(correction, is_correction).order_by(Snapshot.id.desc())
    if not uow.actor.is_city_official:
        statement = statement.where(Snapshot.state == SnapshotState.PUBLISHED)
    return [SnapshotRowOfList(one, number) for one, number in uow.session.execute(statement)]


def snapshot_page(uow: UnitOfWork, number: str) -> SnapshotPage:
    """One snapshot by its number. Raises NotFound for what is not published, but for officials of the city."""
    session, snapshot = uow.session, snapshot_of(uow, number)
    old = session.get(Snapshot, snapshot.corrects_id) if snapshot.corrects_id else None
    held = relations(uow.actor, snapshot)
    return SnapshotPage(
        snapshot=snapshot,
        author=_name(session, snapshot.frozen_by_id),
        decided_by=_name(session, snapshot.decided_by_id),
        figures=_figures(session, snapshot),
        corrects=old,
        corrected_by=_latest_after(session, snapshot),
        actions=_actions(uow, snapshot, held),
    )


def differences(session: Session, page: SnapshotPage) -> list[Comparison]:
    """What differs from the snapshot it corrects; none where it corrects nothing. All rows of both are read."""
    return compared(session, page.corrects, page.snapshot) if page.corrects else []


def snapshot_of(uow: UnitOfWork, number: str) -> Snapshot:
    """The snapshot of that number. Raises NotFound for what is not published, but for officials of the city."""
    snapshot = uow.session.scalar(select(Snapshot).where(Snapshot.number == number))
    if snapshot is None or not (snapshot.state is SnapshotState.PUBLISHED or relations(uow.actor, snapshot)):
        raise NotFound(N_("There is no such snapshot."))
    return snapshot


def frozen_figure(session: Session, snapshot: Snapshot, code: FigureCode) -> FrozenFigure:
    """One of its figures. Raises NotFound for one it does not hold."""
    frozen = session.get(SnapshotFigure, (snapshot.id, code))
    if frozen is None:
        raise NotFound(N_("There is no such figure."))
    return FrozenFigure(frozen, VERSIONS[frozen.code, frozen.version])


def frozen_desk(session: Session, snapshot: Snapshot, one: FrozenFigure, counties: Sequence[str]) -> Desk:
    """The tables of a frozen figure, added up from its frozen rows."""
    return arrange(one.definition, snapshot.period, frozen_columns(session, one.frozen), counties)


def public_desk(session: Session, snapshot: Snapshot, one: FrozenFigure, counties: Sequence[str]) -> Desk:
    """The same without what is too small to be shown to everybody."""
    return frozen_desk(session, snapshot, one, counties).without(_hidden(session, snapshot, one.definition))


def shown_desk(uow: UnitOfWork, snapshot: Snapshot, one: FrozenFigure, counties: Sequence[str]) -> Desk:
    """What this reader sees: officials of the city everything, others what everybody sees."""
    desk_for = frozen_desk if uow.actor.is_city_official else public_desk
    return desk_for(uow.session, snapshot, one, counties)


_HIDDEN: dict[str, Mapping[FigureCode, Hidden]] = {}
"""By the hash of a snapshot, which stands for all of its content."""


def _hidden(session: Session, snapshot: Snapshot, definition: Definition) -> Hidden:
    """The parts that a figure of a snapshot does not show in public."""
    if snapshot.sha256 not in _HIDDEN:
        figures = {one.definition.code: one for one in _figures(session, snapshot)}
        columns = {code: frozen_columns(session, one.frozen) for code, one in figures.items()}
        _HIDDEN[snapshot.sha256] = hidden_by_figure({code: one.definition for code, one in figures.items()}, columns)
    return _HIDDEN[snapshot.sha256][definition.code]


def _figures(session: Session, snapshot: Snapshot) -> tuple[FrozenFigure, ...]:
    return tuple(FrozenFigure(one, VERSIONS[one.code, one.version]) for one in figures_of(session, snapshot.id))


def newest_rows(session: Session, snapshot: Snapshot, one: FrozenFigure) -> list[FigureRow]:
    """The frozen rows of a figure, newest first."""
    rows = frozen_rows(session, snapshot.id, one.frozen.code)
    return sorted(rows, key=lambda row: (row.dated, row.source), reverse=True)


HEADLINES = (FigureCode.A1, FigureCode.A4, FigureCode.A6, FigureCode.C4)
"""What a visitor is told first."""


@dataclass(frozen=True)
class Headline:
    """The published figures that visitors see: of the latest period, as they were corrected last."""

    snapshot: Snapshot
    figures: tuple[FrozenFigure, ...]


def headline(session: Session) -> Headline | None:
    """None before the first are published."""
    published = select(Snapshot).where(Snapshot.state == SnapshotState.PUBLISHED)
    snapshot = session.scalar(published.order_by(Snapshot.last_on.desc(), Snapshot.id.desc()).limit(1))
    if snapshot is None:
        return None
    return Headline(snapshot, tuple(one for one in _figures(session, snapshot) if one.frozen.code in HEADLINES))


def _latest_after(session: Session, snapshot: Snapshot) -> Snapshot | None:
    """The published snapshot at the end of its corrections, which is the one to quote."""
    found: Snapshot | None = None
    number = snapshot.id
    while successor := session.scalar(
        select(Snapshot).where(Snapshot.corrects_id == number, Snapshot.state == SnapshotState.PUBLISHED)
    ):
        found, number = successor, successor.id
    return found


def _actions(uow: UnitOfWork, snapshot: Snapshot, held: frozenset[Relation]) -> frozenset[str]:
    """What the state table allows, and `correct` for published figures that nobody is correcting."""
    found = frozenset(one.action for one in SNAPSHOT_STATES.available(snapshot.state, held))
    if not held or snapshot.state is not SnapshotState.PUBLISHED:
        return found
    is_corrected = (Snapshot.corrects_id == snapshot.id, Snapshot.state.in_(STANDING))
    return found if uow.session.scalar(select(Snapshot.id).where(*is_corrected)) else found | {"correct"}


def _name(session: Session, user_id: int | None) -> str:
    return session.scalar(select(User.name).where(User.id == user_id)) or "" if user_id else ""
