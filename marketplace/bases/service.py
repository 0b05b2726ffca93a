"""Use cases of the registry of bases."""

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.bases.events import BaseSaved
from marketplace.bases.models import Base
from marketplace.bases.policy import require_keeper
from marketplace.bases.rules import BaseKind, BaseLevel
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput, NotFound
from marketplace.kernel.messages import N_


@dataclass(frozen=True)
class BaseData:
    """What an official enters; `county` is a county code."""

    name: str
    kind: BaseKind
    level: BaseLevel
    county: str
    leader: str
    sector: str = ""
    organisation_id: int | None = None


def register(uow: UnitOfWork, data: BaseData) -> Base:
    """Add a base. Raises NotPermitted, InvalidInput for a name that is taken; emits BaseSaved."""
    require_keeper(uow.actor, data.county)
    base = Base(created_at=uow.now())
    uow.session.add(base)
    return _save(uow, base, data)


def change(uow: UnitOfWork, base_id: int, data: BaseData) -> Base:
    """Change a base. Raises NotFound, NotPermitted for either county, InvalidInput; emits BaseSaved."""
    base = uow.session.get(Base, base_id)
    if base is None:
        raise NotFound(N_("There is no such base."))
    require_keeper(uow.actor, base.county)
    require_keeper(uow.actor, data.county)
    return _save(uow, base, data)


def _save(uow: UnitOfWork, base: Base, data: BaseData) -> Base:
    name = data.name.strip()
    with uow.session.no_autoflush:
        taken = uow.session.scalar(select(Base.id).where(Base.name == name, Base.id.is_distinct_from(base.id)))
    if taken is not None:
        raise InvalidInput(N_("A base of this name is registered already."), field="name")
    base.name, base.kind, base.level, base.county = name, data.kind, data.level, data.county
    base.leader, base.sector, base.organisation_id = data.leader.strip(), data.sector.strip(), data.organisation_id
    uow.flush()
    uow.emit(BaseSaved(base.id))
    return base
