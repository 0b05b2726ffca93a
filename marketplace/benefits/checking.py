"""Use cases of officials: they compare a declaration with its proof, and verify or return it. Only what is verified counts."""

from datetime import date

from sqlalchemy import select

from marketplace.benefits.models import BenefitEntry, Declaration
from marketplace.benefits.policy import relations
from marketplace.benefits.rules import DECLARATION_STATES, LONGEST_REASON, DeclarationState
from marketplace.benefits.service import announce, answer, fetch
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required
from marketplace.organisations.models import Organisation, Party
from marketplace.results.models import Result

_BY_SYSTEM = frozenset({Relation.SYSTEM})


def verify(uow: UnitOfWork, declaration_id: int) -> Declaration:
    """An official of the unit's county or of the city, not of the unit, has checked the reckoning against its proof: it counts in
    B1 of its year from now on, and of one that replaces another the difference.

    Raises NotFound, NotPermitted, Conflict; emits BenefitMoved, also for what is replaced.
    """
    row, unit = fetch(uow, declaration_id)
    held = relations(uow.actor, unit)
    DECLARATION_STATES.require("verify", row.state, held)
    old = _replace(uow, row)
    answer(uow, row, "verify", held)
    uow.session.add(_first_entry(uow, row, unit) if old is None else _correction(uow, row, old))
    uow.flush()
    return row


def give_back(uow: UnitOfWork, declaration_id: int, reason: str) -> Declaration:
    """An official returns a declaration, with what is wrong with it; the unit can declare anew.

    Raises NotFound, NotPermitted, Conflict, InvalidInput; emits BenefitMoved.
    """
    row, unit = fetch(uow, declaration_id)
    held = relations(uow.actor, unit)
    DECLARATION_STATES.require("return", row.state, held)
    answer(uow, row, "return", held, required(reason, "reason", LONGEST_REASON))
    return row


def _replace(uow: UnitOfWork, row: Declaration) -> Declaration | None:
    """Take the place of what this one corrects, if anything, and return it. Raises Conflict where it is no longer in force."""
    if row.replaces_id is None:
        return None
    old = uow.session.get_one(Declaration, row.replaces_id, with_for_update=True, populate_existing=True)
    if old.state is not DeclarationState.VERIFIED:
        raise Conflict(N_("What this declaration corrects is no longer in force."))
    advance(uow, DECLARATION_STATES, old, "replace", _BY_SYSTEM)
    announce(uow, old, "replace")
    return old


def _first_entry(uow: UnitOfWork, row: Declaration, unit: Organisation) -> BenefitEntry:
    """The whole amount, cut by what unit and result are today."""
    result = uow.session.get_one(Result, row.result_id)
    return BenefitEntry(
        declaration_id=row.id,
        result_id=result.id,
        party_id=uow.session.scalars(select(Party.id).where(Party.organisation_id == unit.id)).one(),
        dated=date(row.year, 12, 31),
        fen=row.fen,
        counted=1,
        county=unit.county,
        industry=result.industry.value if result.industry else None,
        category=result.category.value if result.category else None,
        base_id=result.base_id,
        recorded_at=uow.now(),
    )


def _correction(uow: UnitOfWork, row: Declaration, old: Declaration) -> BenefitEntry:
    """The difference, cut as what it corrects: a unit that has moved since would else leave its old county with too much for
    ever, and take from the new one what that never had."""
    entry = uow.session.scalars(select(BenefitEntry).where(BenefitEntry.declaration_id == old.id)).one()
    return BenefitEntry(
        declaration_id=row.id,
        result_id=entry.result_id,
        party_id=entry.party_id,
        dated=entry.dated,
        fen=row.fen - old.fen,
        counted=int(row.fen > 0) - int(old.fen > 0),
        county=entry.county,
        industry=entry.industry,
        category=entry.category,
        base_id=entry.base_id,
        recorded_at=uow.now(),
    )
