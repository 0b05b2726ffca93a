"""The table of targets. Only added to: what was the target on some day can be told for ever."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime
from marketplace.statistics.rules import FigureCode


class Target(Base):
    """A target of one year, in fen or as a number, for a county or (None) the city; without a value it is taken back.

    `replaces_id` is the row before it about the same year, figure and place, so that of two who change it at once one is told.
    """

    __tablename__ = "targets"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    code: Mapped[FigureCode] = mapped_column(EnumText(FigureCode))
    county: Mapped[str | None] = mapped_column(String(20))
    value: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    set_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("targets.id"), unique=True)

    __table_args__ = (
        CheckConstraint("value >= 0", name="not_negative"),
        CheckConstraint("reason <> ''", name="has_reason"),
        CheckConstraint("value IS NOT NULL OR replaces_id IS NOT NULL", name="takes_back_something"),
        Index(
            "uq_targets_first",
            "year",
            "code",
            text("coalesce(county, '')"),
            unique=True,
            sqlite_where=text("replaces_id IS NULL"),
            postgresql_where=text("replaces_id IS NULL"),
        ),
    )


append_only(Target)
