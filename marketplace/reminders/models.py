"""The table of reminders, only added to: who reminded whom of what, and when."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.reminders.rules import ReminderKind


class Reminder(Base):
    """The `number`-th reminder of a subject, to these people (user ids). Of two officials at once the second is told so."""

    __tablename__ = "reminders"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ReminderKind] = mapped_column(EnumText(ReminderKind))
    subject: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    people: Mapped[list[int]] = mapped_column(JSON)
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("kind", ReminderKind),
        CheckConstraint("number > 0", name="counts_from_one"),
        Index("uq_reminders_number", "subject", "number", unique=True),
    )


append_only(Reminder)
