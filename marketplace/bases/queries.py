"""The reading side of bases."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.bases.models import Base
from marketplace.bases.rules import BaseKind, BaseLevel


@dataclass(frozen=True)
class BaseRow:
    """One line of the registry."""

    id: int
    name: str
    kind: BaseKind
    level: BaseLevel
    county: str
    leader: str
    sector: str


def count(session: Session) -> int:
    """How many bases there are."""
    return session.scalar(select(func.count(Base.id))) or 0


def listed(session: Session, county: str | None = None, limit: int = 500) -> list[BaseRow]:
    """Bases by county and name, of one county or all."""
    columns = (Base.id, Base.name, Base.kind, Base.level, Base.county, Base.leader, Base.sector)
    statement = select(*columns).order_by(Base.county, Base.name).limit(limit)
    if county:
        statement = statement.where(Base.county == county)
    return [BaseRow(*row) for row in session.execute(statement)]
