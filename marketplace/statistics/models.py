"""Tables of snapshots: the figures of a period as they were known at a moment, frozen with every row they were added up from.

Rows hold ids and no names: a name may be erased or changed, a figure may not.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.statistics.rules import Figure, FigureCode, Period, SnapshotState

_ORIGINAL = sql("corrects_id IS NULL AND state IN ('frozen', 'published')")


class Snapshot(Base):
    """Figures of the period from `first_on` to `last_on` (days in China), as known at `as_of` (UTC, the end of a day in China).

    `sha256` is that of the manifest, which names the hash of every figure's rows. `corrects_id` is the published snapshot whose
    figures these replace; that one stays as it is.
    """

    __tablename__ = "snapshots"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
    first_on: Mapped[date]
    last_on: Mapped[date]
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("snapshots.id"))
    state: Mapped[SnapshotState] = mapped_column(EnumText(SnapshotState))
    sha256: Mapped[str] = mapped_column(String(64))
    frozen_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("state", SnapshotState),
        CheckConstraint("first_on <= last_on", name="ends_after_it_begins"),
        CheckConstraint("(state = 'frozen') = (decided_at IS NULL)", name="decided_at_if_decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("state NOT IN ('published', 'returned') OR decided_by_id <> frozen_by_id", name="two_people"),
        CheckConstraint("state <> 'returned' OR reason <> ''", name="reason_if_returned"),
        CheckConstraint("corrects_id IS NULL OR note <> ''", name="note_if_corrects"),
        Index(
            "uq_snapshots_corrects",
            "corrects_id",
            unique=True,
            sqlite_where=sql("state IN ('frozen', 'published')"),
            postgresql_where=sql("state IN ('frozen', 'published')"),
        ),
        Index(
            "uq_snapshots_period",
            "first_on",
            "last_on",
            unique=True,
            sqlite_where=_ORIGINAL,
            postgresql_where=_ORIGINAL,
        ),
        Index("ix_snapshots_state", "state", "last_on"),
    )

    @property
    def period(self) -> Period:
        """The days its rows are dated in."""
        return Period(self.first_on, self.last_on)


class SnapshotFigure(Base):
    """One figure of a snapshot by one version of its definition: the sums, and the hash of the list of its rows."""

    __tablename__ = "snapshot_figures"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"), primary_key=True)
    code: Mapped[FigureCode] = mapped_column(EnumText(FigureCode), primary_key=True)
    version: Mapped[int]
    value: Mapped[int] = mapped_column(BigInteger)
    whole: Mapped[int] = mapped_column(BigInteger)
    counted: Mapped[int]
    row_count: Mapped[int]
    rows_sha256: Mapped[str] = mapped_column(String(64))

    @property
    def figure(self) -> Figure:
        """The frozen sums."""
        return Figure(self.value, self.counted, self.whole)


class SnapshotRow(Base):
    """One row of a frozen figure; `dimensions` maps each dimension to what the row had in it."""

    __tablename__ = "snapshot_rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"))
    code: Mapped[FigureCode] = mapped_column(EnumText(FigureCode))
    source: Mapped[str] = mapped_column(String(40))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id"))
    dated: Mapped[date]
    known_at: Mapped[datetime] = mapped_column(UtcDateTime)
    value: Mapped[int] = mapped_column(BigInteger)
    whole: Mapped[int] = mapped_column(BigInteger)
    counted: Mapped[int]
    dimensions: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (Index("uq_snapshot_rows_source", "snapshot_id", "code", "source", unique=True),)


append_only(SnapshotFigure)
append_only(SnapshotRow)
