"""The reading side of benefits: a unit's list, one declaration, and what is verified of a result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from marketplace.accounts.models import User
from marketplace.benefits.models import Declaration
from marketplace.benefits.policy import is_used_by, relations
from marketplace.benefits.rules import DECLARATION_STATES, DeclarationState
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.organisations.models import Organisation
from marketplace.organisations.rules import OrganisationState
from marketplace.results.models import Result


@dataclass(frozen=True)
class BenefitRow:
    """A declaration with the title of its result and the name of its unit."""

    declaration: Declaration
    title: str
    unit: str


@dataclass(frozen=True)
class UnitPage:
    """The declarations of a unit, the newest first; `may_declare` tells whether the reader speaks for it."""

    unit: Organisation
    rows: tuple[BenefitRow, ...]
    may_declare: bool


@dataclass(frozen=True)
class BenefitPage:
    """One declaration; `actions` are what the reader may do. Names are of those who declared and answered. `known_since` is the
    day in China on which the result was published here or its patent filed, whichever came first."""

    declaration: Declaration
    unit: Organisation
    title: str
    declared_by: str
    answered_by: str
    known_since: date | None
    replaces: Declaration | None
    replaced_by: Declaration | None
    actions: frozenset[str]

    @property
    def is_before_result(self) -> bool:
        """Whether the year was over before anything here shows that there was such a result."""
        return self.known_since is not None and self.declaration.year < self.known_since.year


def unit_page(uow: UnitOfWork, organisation_id: int) -> UnitPage:
    """What the unit and the officials of its county see. Raises NotFound for everybody else."""
    unit = uow.session.get(Organisation, organisation_id)
    held = relations(uow.actor, unit) if unit else frozenset()
    if unit is None or not held:
        raise NotFound(N_("There is no such page."))
    of_unit = _rows().where(Declaration.organisation_id == organisation_id)
    found = uow.session.execute(of_unit.order_by(Declaration.id.desc()))
    may_declare = Relation.OWNER in held and unit.state is OrganisationState.VERIFIED
    return UnitPage(unit, tuple(BenefitRow(*row) for row in found), may_declare)


def benefit_page(uow: UnitOfWork, declaration_id: int) -> BenefitPage:
    """One declaration. Raises NotFound for whoever may not know of it."""
    session = uow.session
    row = session.get(Declaration, declaration_id)
    unit = session.get(Organisation, row.organisation_id) if row else None
    held = relations(uow.actor, unit) if unit else frozenset()
    if row is None or unit is None or not held:
        raise NotFound(N_("There is no such declaration."))
    later = select(Declaration).where(Declaration.replaces_id == row.id, Declaration.state.in_(_IN_FORCE_OR_WAITING))
    replaced_by = session.scalar(later.order_by(Declaration.id.desc()).limit(1))
    actions = {one.action for one in DECLARATION_STATES.available(row.state, held)}
    if Relation.OWNER in held and row.state is DeclarationState.VERIFIED and replaced_by is None:
        actions.add("correct")
    columns = (Result.title, Result.published_at, Result.patent_filed_on)
    title, published_at, filed_on = session.execute(select(*columns).where(Result.id == row.result_id)).one()
    shown_on = china_day(published_at) if published_at else None
    return BenefitPage(
        declaration=row,
        unit=unit,
        title=title,
        known_since=min((day for day in (shown_on, filed_on) if day), default=None),
        declared_by=_name(uow, row.declared_by_id),
        answered_by=_name(uow, row.answered_by_id),
        replaces=session.get(Declaration, row.replaces_id) if row.replaces_id else None,
        replaced_by=replaced_by,
        actions=frozenset(actions),
    )


def verified_of(uow: UnitOfWork, result_id: int) -> list[BenefitRow]:
    """The verified benefits of a result, the latest year first: with them it has a value sheet."""
    in_force = (Declaration.result_id == result_id, Declaration.state == DeclarationState.VERIFIED, Declaration.fen > 0)
    found = uow.session.execute(_rows().where(*in_force).order_by(Declaration.year.desc(), Declaration.id))
    return [BenefitRow(*row) for row in found]


def usable_results(uow: UnitOfWork, organisation_id: int) -> Sequence[tuple[int, str]]:
    """Id and title of the results a unit may declare a benefit of."""
    usable = select(Result.id, Result.title).where(is_used_by(organisation_id)).order_by(Result.title, Result.id)
    return [(row.id, row.title) for row in uow.session.execute(usable)]


def units_that_may_declare(uow: UnitOfWork, result_id: int) -> list[tuple[int, str]]:
    """Id and name of the reader's own verified units that may declare a benefit of this result."""
    own = select(Organisation.id, Organisation.name).where(
        Organisation.id.in_(uow.actor.represented_ids), Organisation.state == OrganisationState.VERIFIED
    )
    uses = select(Result.id).where(Result.id == result_id)
    return [
        (row.id, row.name)
        for row in uow.session.execute(own.order_by(Organisation.name))
        if uow.session.scalar(uses.where(is_used_by(row.id))) is not None
    ]


_IN_FORCE_OR_WAITING = (DeclarationState.DECLARED, DeclarationState.VERIFIED, DeclarationState.REPLACED)


def _rows() -> Select[Declaration, str, str]:
    unit = aliased(Organisation)
    return (
        select(Declaration, Result.title, unit.name)
        .join(Result, Result.id == Declaration.result_id)
        .join(unit, unit.id == Declaration.organisation_id)
    )


def _name(uow: UnitOfWork, user_id: int | None) -> str:
    return uow.session.scalar(select(User.name).where(User.id == user_id)) or "" if user_id else ""
