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
    before = _replace(uow, row)
    answer(uow, row, "verify", held)
    _book(uow, row, unit, before)
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


def _replace(uow: UnitOfWork, row: Declaration) -> int:
    """Take the place of what this one corrects; what that had come to, in fen. Raises Conflict where it is no longer in force."""
    if row.replaces_id is None:
        return 0
    old = uow.session.get_one(Declaration, row.replaces_id, with_for_update=True, populate_existing=True)
    if old.state is not DeclarationState.VERIFIED:
        raise Conflict(N_("What this declaration corrects is no longer in force."))
    advance(uow, DECLARATION_STATES, old, "replace", _BY_SYSTEM)
    announce(uow, old, "replace")
    return old.fen


def _book(uow: UnitOfWork, row: Declaration, unit: Organisation, before: int) -> None:
    """Add the entry, cut by what unit and result are today."""
    result = uow.session.get_one(Result, row.result_id)
    party_id = uow.session.scalars(select(Party.id).where(Party.organisation_id == unit.id)).one()
    entry = BenefitEntry(
        declaration_id=row.id,
        result_id=result.id,
        party_id=party_id,
        dated=date(row.year, 12, 31),
        fen=row.fen - before,
        counted=int(row.fen > 0) - int(before > 0),
        county=unit.county,
        industry=result.industry.value if result.industry else None,
        category=result.category.value if result.category else None,
        base_id=result.base_id,
        recorded_at=uow.now(),
    )
    uow.session.add(entry)
    uow.flush()
