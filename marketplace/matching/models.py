"""Tables of matches that somebody saw, dismissals and interests."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.matching.rules import DismissReason, InterestState, Origin, Side

_UNENDED = "state IN ('expressed', 'delivered', 'accepted') AND ended_at IS NULL"


class Match(Base):
    """One record per (result, need), made when the pair was first shown to somebody or acted on."""

    __tablename__ = "matches"

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("results.id"))
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id"), index=True)

    __table_args__ = (Index("uq_matches_pair", "result_id", "need_id", unique=True),)


class ShownReasons(Base):
    """Why a pair was offered to one side, as that side last saw it; the versions are those of the listings it was made of."""

    __tablename__ = "match_reasons"

    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"), primary_key=True, autoincrement=False)
    side: Mapped[Side] = mapped_column(EnumText(Side), primary_key=True)
    result_version: Mapped[int]
    need_version: Mapped[int]
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON)
    shown_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (one_of("side", Side),)


class Dismissal(Base):
    """One side does not want to see a match again; it keeps the reasons with which the pair was offered to it."""

    __tablename__ = "match_dismissals"

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"))
    side: Mapped[Side] = mapped_column(EnumText(Side))
    reason: Mapped[DismissReason] = mapped_column(EnumText(DismissReason))
    note: Mapped[str] = mapped_column(Text, default="")
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    explanation: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    explained_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("side", Side),
        one_of("reason", DismissReason),
        Index("uq_match_dismissals", "match_id", "side", unique=True),
    )


class Interest(Base):
    """One side tells the other. `side` is the side it comes from; `due_on` (a day in China) is when silence lapses.

    `explanation` are the reasons for the pair as the sender saw them. `ended_at` is when the deal it led to came to its end,
    whatever end: from then on the same sender may express interest in the pair again.
    """

    __tablename__ = "interests"

    id: Mapped[int] = mapped_column(primary_key=True)
    side: Mapped[Side] = mapped_column(EnumText(Side))
    result_id: Mapped[int | None] = mapped_column(ForeignKey("results.id"), index=True)
    need_id: Mapped[int | None] = mapped_column(ForeignKey("needs.id"), index=True)
    from_party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), index=True)
    to_party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), index=True)
    from_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    message: Mapped[str] = mapped_column(Text)
    origin: Mapped[Origin] = mapped_column(EnumText(Origin))
    origin_ref: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[InterestState] = mapped_column(EnumText(InterestState))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_on: Mapped[date]
    reminders: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    explanation: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    explained_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("side", Side),
        one_of("origin", Origin),
        Index("ix_interests_state", "state", "due_on"),
        Index("ix_interests_created_at", "created_at", "state"),
        one_of("state", InterestState),
        CheckConstraint("result_id IS NOT NULL OR need_id IS NOT NULL", name="about_something"),
        CheckConstraint("from_party_id <> to_party_id", name="two_parties"),
        CheckConstraint(
            "(state IN ('accepted', 'declined')) = (answered_at IS NOT NULL)", name="answered_at_if_answered"
        ),
        CheckConstraint("state <> 'declined' OR reason <> ''", name="reason_if_declined"),
        CheckConstraint("state <> 'delivered' OR delivered_at IS NOT NULL", name="delivered_at_if_delivered"),
        CheckConstraint("ended_at IS NULL OR state = 'accepted'", name="ended_at_if_accepted"),
        Index(
            "uq_interests_open",
            text("coalesce(result_id, 0)"),
            text("coalesce(need_id, 0)"),
            "from_party_id",
            unique=True,
            sqlite_where=text(_UNENDED),
            postgresql_where=text(_UNENDED),
        ),
    )
