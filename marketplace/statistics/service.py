"""Use cases of snapshots: freezing figures, publishing them by a second official, returning, withdrawing and correcting them.

Nothing here changes a figure. Whoever finds one wrong freezes the figures again, and readers are shown what differs.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day, end_of
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.texts import required, single_line
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.events import SnapshotMoved
from marketplace.statistics.freezing import current_rows, manifest, manifest_hash, rows_hash
from marketplace.statistics.models import Snapshot, SnapshotFigure, SnapshotRow
from marketplace.statistics.policy import relations
from marketplace.statistics.proving import figures_of, problems_of
from marketplace.statistics.queries import Filter
from marketplace.statistics.remarks import is_above_whole
from marketplace.statistics.rules import SNAPSHOT_STATES, STANDING, Figure, FigureCode, Period, SnapshotState

LONGEST_TITLE = 80
LONGEST_NOTE = 2000
SETTLING = timedelta(minutes=10)
"""Whatever was being written when a day ended is on record by then, so that the figures of that moment are final."""

_TOO_LATE = N_("Figures are frozen as known at the end of a day that is over for ten minutes: yesterday at the latest.")


@dataclass(frozen=True)
class Wanted:
    """What is to be frozen: figures of a period, as known at the end of a day in China."""

    title: str
    period: Period
    as_of: date
    codes: Sequence[FigureCode]
    note: str = ""
    aware: bool = False
    """Whether its author has been told which shares are more than their whole, and freezes them nevertheless."""


def freeze(uow: UnitOfWork, wanted: Wanted) -> Snapshot:
    """Freeze figures with their rows, for a second official to publish.

    Raises NotPermitted and InvalidInput, also when figures of that very period are frozen or published already: those are
    corrected instead, and when a share is above 100 per cent and the author is not aware of it. Emits SnapshotMoved.
    """
    _require_city(uow)
    title = single_line(required(wanted.title, "title", LONGEST_TITLE))
    note = required(wanted.note, "note", LONGEST_NOTE) if wanted.note.strip() else ""
    codes = list(dict.fromkeys(wanted.codes))
    if not codes:
        raise InvalidInput(N_("Choose at least one figure."), field="codes")
    standing = _standing(uow, wanted.period)
    if standing is not None:
        raise InvalidInput(
            N_("Figures of this period are frozen or published as number %(number)s. Correct those instead."),
            field="first_on",
            number=standing,
        )
    snapshot = _freeze(uow, title, wanted.period, wanted.as_of, codes, note, None)
    _require_aware(uow, snapshot, wanted.aware)
    return snapshot


def correct(
    uow: UnitOfWork,
    snapshot_id: int,
    as_of: date,
    note: str,
    more: Sequence[FigureCode] = (),
    title: str | None = None,
    aware: bool = False,
) -> Snapshot:
    """Freeze the figures of a published snapshot again, and `more` of the same period, as known at the end of a later day; `note`
    tells readers why. A `title` stands in place of the one they were published under.

    The published one stays as it is, and both are shown with what differs. Raises NotFound, NotPermitted, InvalidInput,
    Conflict for one that is not published or is being corrected already; emits SnapshotMoved.
    """
    _require_city(uow)
    old = _locked(uow, snapshot_id)
    why = required(note, "note", LONGEST_NOTE)
    called = old.title if title is None else single_line(required(title, "title", LONGEST_TITLE))
    if old.state is not SnapshotState.PUBLISHED:
        raise Conflict(N_("Only published figures are corrected."))
    if as_of <= china_day(old.as_of):
        raise InvalidInput(N_("Choose a day after the one these figures were known at."), field="as_of")
    by = select(Snapshot.number).where(Snapshot.corrects_id == old.id, Snapshot.state.in_(STANDING))
    number = uow.session.scalar(by)
    if number is not None:
        raise Conflict(N_("Number %(number)s corrects these figures already."), number=number)
    codes = uow.session.scalars(select(SnapshotFigure.code).where(SnapshotFigure.snapshot_id == old.id)).all()
    snapshot = _freeze(uow, called, old.period, as_of, list(dict.fromkeys([*codes, *more])), why, old)
    _require_aware(uow, snapshot, aware)
    return snapshot


def take(uow: UnitOfWork, snapshot_id: int, action: str, reason: str = "") -> Snapshot:
    """`publish` or `return` (with a reason) by an official of the city who did not freeze it; `withdraw` by the one who did.

    What is published is proved again before, from its rows, from the database, and from the audit log. Raises NotFound,
    NotPermitted, Conflict, InvalidInput; emits SnapshotMoved.
    """
    snapshot = _locked(uow, snapshot_id)
    held = relations(uow.actor, snapshot)
    SNAPSHOT_STATES.require(action, snapshot.state, held)
    if action == "publish" and problems_of(uow.session, snapshot):
        raise Conflict(N_("These figures are no longer those that were frozen. Tell whoever runs the platform."))
    if action == "return":
        snapshot.reason = required(reason, "reason", LONGEST_NOTE)
    decided = {"decided_at": uow.now(), "decided_by_id": uow.actor.user_id}
    advance(uow, SNAPSHOT_STATES, snapshot, action, held, snapshot.reason, **decided)
    uow.emit(SnapshotMoved(snapshot.id, snapshot.number, action, snapshot.sha256))
    return snapshot


def _freeze(
    uow: UnitOfWork,
    title: str,
    period: Period,
    as_of: date,
    codes: Sequence[FigureCode],
    note: str,
    corrects: Snapshot | None,
) -> Snapshot:
    _require_final(uow, period, as_of)
    snapshot = Snapshot(
        number=secrets.token_hex(8),  # Until its id gives the number.
        title=title,
        note=note,
        first_on=period.first,
        last_on=period.last,
        as_of=end_of(as_of),
        corrects_id=corrects.id if corrects else None,
        state=SnapshotState.FROZEN,
        sha256="",
        frozen_by_id=uow.actor.user_id,
        frozen_at=uow.now(),
    )
    _insert(uow, snapshot)
    snapshot.number = f"{china_day(uow.now()).year}-{snapshot.id:04d}"
    figures = [_freeze_figure(uow, snapshot, code) for code in sorted(codes, key=lambda code: code.value)]
    snapshot.sha256 = manifest_hash(manifest(snapshot, corrects.number if corrects else None, figures))
    uow.flush()
    uow.emit(SnapshotMoved(snapshot.id, snapshot.number, "freeze", snapshot.sha256))
    return snapshot


def _insert(uow: UnitOfWork, snapshot: Snapshot) -> None:
    """Of two who correct the same figures at once, one is told so."""
    try:
        with uow.session.begin_nested():
            uow.session.add(snapshot)
    except IntegrityError:
        raise Conflict(N_("Somebody else has just frozen these figures. Reload the page.")) from None


def _freeze_figure(uow: UnitOfWork, snapshot: Snapshot, code: FigureCode) -> SnapshotFigure:
    definition = DEFINITIONS[code]
    rows = current_rows(uow.session, Filter(definition, snapshot.period, snapshot.as_of))
    if rows:
        of = {"snapshot_id": snapshot.id, "code": code}
        uow.session.execute(insert(SnapshotRow), [of | row._asdict() for row in rows])
    total = Figure.sum(row.figure for row in rows)
    figure = SnapshotFigure(
        snapshot_id=snapshot.id,
        code=code,
        version=definition.version,
        value=total.value,
        whole=total.whole,
        counted=total.count,
        row_count=len(rows),
        rows_sha256=rows_hash(rows),
    )
    uow.session.add(figure)
    return figure


def _require_aware(uow: UnitOfWork, snapshot: Snapshot, aware: bool) -> None:
    """Whoever freezes a share above 100 per cent is told so before: readers ask why, and it may be a mistake."""
    figures = figures_of(uow.session, snapshot.id)
    above = [one.code.value for one in figures if is_above_whole(DEFINITIONS[one.code], one.figure)]
    if above and not aware:
        raise InvalidInput(
            N_(
                "More than 100 per cent would be frozen of: %(shares)s. That may be right, after a termination, until what was "
                "paid too much is sent back; readers are told so. Look at the rows on the desk first, then tick this."
            ),
            field="aware",
            shares=", ".join(above),
        )


def _require_city(uow: UnitOfWork) -> None:
    if not uow.actor.is_city_official:
        raise NotPermitted(N_("Only officials of the city freeze and publish figures."))


def _require_final(uow: UnitOfWork, period: Period, as_of: date) -> None:
    if as_of >= china_day(uow.now()):
        raise InvalidInput(_TOO_LATE, field="as_of")
    if as_of < period.last:
        raise InvalidInput(N_("Choose a day that is not before the end of the period."), field="as_of")
    if uow.now() - end_of(as_of) < SETTLING:
        raise InvalidInput(_TOO_LATE, field="as_of")


def _standing(uow: UnitOfWork, period: Period) -> str | None:
    same = (Snapshot.first_on == period.first, Snapshot.last_on == period.last, Snapshot.state.in_(STANDING))
    return uow.session.scalar(select(Snapshot.number).where(*same).order_by(Snapshot.id.desc()).limit(1))


def _locked(uow: UnitOfWork, snapshot_id: int) -> Snapshot:
    snapshot = uow.session.get(Snapshot, snapshot_id, with_for_update=True, populate_existing=True)
    if snapshot is None or not relations(uow.actor, snapshot):
        raise NotFound(N_("There is no such snapshot."))
    return snapshot
