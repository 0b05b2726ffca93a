"""Tables of alerts: what people want, what they muted, what was found for them, and the messages in which they were told."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.alerts.rules import Frequency
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.listings.rules import ListingKind
from marketplace.matching.rules import Side, Strength


class Preference(Base):
    """How often a person hears of matches; `muted_at` silences saved searches too. No row means at once."""

    __tablename__ = "alert_preferences"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    frequency: Mapped[Frequency] = mapped_column(EnumText(Frequency), default=Frequency.INSTANT)
    muted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (one_of("frequency", Frequency),)


class Mute(Base):
    """A pair, or everything about a result or a need, of which a person wants to hear no more."""

    __tablename__ = "alert_mutes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    result_id: Mapped[int | None] = mapped_column(ForeignKey("results.id"))
    need_id: Mapped[int | None] = mapped_column(ForeignKey("needs.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("result_id IS NOT NULL OR need_id IS NOT NULL", name="about_something"),
        Index("uq_alert_mutes", "user_id", text("coalesce(result_id, 0)"), text("coalesce(need_id, 0)"), unique=True),
    )


class SavedSearch(Base):
    """A search of a catalogue that somebody keeps: `arguments` as in the address, `key` their hash.

    `known` are the listings it found when it was saved; None where these were too many to remember.
    """

    __tablename__ = "saved_searches"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[ListingKind] = mapped_column(EnumText(ListingKind))
    name: Mapped[str] = mapped_column(String(80))
    arguments: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    key: Mapped[str] = mapped_column(String(64))
    known: Mapped[list[int] | None] = mapped_column(JSON)
    frequency: Mapped[Frequency] = mapped_column(EnumText(Frequency))
    muted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("kind", ListingKind),
        one_of("frequency", Frequency),
        Index("uq_saved_searches_key", "user_id", "kind", "key", unique=True),
        Index("ix_saved_searches_kind", "kind", "frequency"),
    )


class AlertMessage(Base):
    """One message to one person: at once, or as a digest."""

    __tablename__ = "alert_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    how: Mapped[Frequency] = mapped_column(EnumText(Frequency))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (one_of("how", Frequency), CheckConstraint("how <> 'off'", name="not_off"))


class MatchAlert(Base):
    """A match found for a person, with the reasons as they were; without a message it waits. Unique: told once, ever.

    `side` is the side the person is on.
    """

    __tablename__ = "match_alerts"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    side: Mapped[Side] = mapped_column(EnumText(Side))
    result_id: Mapped[int] = mapped_column(ForeignKey("results.id"))
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id"))
    strength: Mapped[Strength] = mapped_column(EnumText(Strength))
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("alert_messages.id"), index=True)

    __table_args__ = (
        one_of("side", Side),
        one_of("strength", Strength),
        Index("uq_match_alerts_pair", "user_id", "result_id", "need_id", unique=True),
        Index(
            "ix_match_alerts_waiting",
            "user_id",
            "found_at",
            sqlite_where=text("message_id IS NULL"),
            postgresql_where=text("message_id IS NULL"),
        ),
    )

    @property
    def own(self) -> tuple[Side, int]:
        """The person's own listing of the pair."""
        return self.side, self.result_id if self.side is Side.RESULT else self.need_id

    @property
    def score(self) -> float:
        """The score as it was."""
        return float(self.explanation["score"])


class SearchAlert(Base):
    """A listing that a saved search has found since; without a message it waits. Unique: told once, ever."""

    __tablename__ = "search_alerts"

    id: Mapped[int] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("saved_searches.id"))
    listing_id: Mapped[int] = mapped_column(ForeignKey("listings.id"))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("alert_messages.id"), index=True)

    __table_args__ = (
        Index("uq_search_alerts_listing", "search_id", "listing_id", unique=True),
        Index(
            "ix_search_alerts_waiting",
            "search_id",
            "found_at",
            sqlite_where=text("message_id IS NULL"),
            postgresql_where=text("message_id IS NULL"),
        ),
    )
