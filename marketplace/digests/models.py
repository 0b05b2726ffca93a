"""The table of weekly digests: who has had which."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.database import Base, UtcDateTime


class WeeklyDigest(Base):
    """The digest that one official has on a Monday (a day in China). Unique: however many workers there are, one each."""

    __tablename__ = "weekly_digests"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    monday: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_weekly_digests_monday", "user_id", "monday", unique=True),)
