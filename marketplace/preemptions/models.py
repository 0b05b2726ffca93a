"""The table of rights to buy first: one row per contributor and text of a contract of assignment."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.preemptions.rules import PreemptionState


class Preemption(Base):
    """A contributor was told of the terms of a text. `until` is the last day (in China) on which he may want to buy.

    Another text has other terms, so it has rows of its own. Who has no account answers on paper, which the unit uploads.
    """

    __tablename__ = "preemptions"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    contributor_id: Mapped[int] = mapped_column(ForeignKey("contributors.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    state: Mapped[PreemptionState] = mapped_column(EnumText(PreemptionState))
    told_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[date]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paper_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    paper_name: Mapped[str] = mapped_column(String(200), default="")
    paper_type: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("state", PreemptionState),
        CheckConstraint("(state = 'waiting') = (answered_at IS NULL)", name="answered_at_if_answered"),
        CheckConstraint(
            "user_id IS NOT NULL OR state = 'waiting' OR paper_sha256 IS NOT NULL", name="paper_if_no_account"
        ),
        Index("uq_preemptions_contributor", "document_id", "contributor_id", unique=True),
    )
