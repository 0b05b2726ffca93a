"""The registry of bases."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.bases.rules import BaseKind, BaseLevel
from marketplace.infra.database import Base as Table
from marketplace.infra.database import EnumText, UtcDateTime, one_of


class Base(Table):
    """A base: kind, level, county, leader."""

    __tablename__ = "bases"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[BaseKind] = mapped_column(EnumText(BaseKind))
    level: Mapped[BaseLevel] = mapped_column(EnumText(BaseLevel))
    county: Mapped[str] = mapped_column(String(20))
    leader: Mapped[str] = mapped_column(String(80))
    sector: Mapped[str] = mapped_column(String(80), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (one_of("kind", BaseKind), one_of("level", BaseLevel))
