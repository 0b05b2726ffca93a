"""Use cases of a unit: it declares a benefit, corrects a verified one by another, or withdraws what waits.

What is declared is not changed. A unit has one declaration in force for a result and a year, and one that waits at most; the
database holds it to that.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.benefits.events import BenefitMoved
from marketplace.benefits.models import Declaration
from marketplace.benefits.policy import is_used_by, relations
from marketplace.benefits.rules import (
    DECLARATION_STATES,
    LONGEST_REASON,
    LONGEST_TEXT,
    LONGEST_UNIT,
    DeclarationState,
    Reckoning,
    Repeatability,
    require_year,
)
from marketplace.infra import media
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload, keep
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required, single_line
from marketplace.organisations.models import Organisation
from marketplace.organisations.rules import OrganisationState
from marketplace.results.models import Result

NO_DECLARATION = N_("There is no such declaration.")


@dataclass(frozen=True)
class Benefit:
    """What a unit says it gained: the reckoning with its words, where the result is used, how easily others can do the same, and
    the proof. `reason` is why a correction is made."""

    reckoning: Reckoning
    basis: str
    quantity_of: str
    costs_for: str
    scope: str
    repeatability: Repeatability
    proof: Upload | None
    reason: str = ""


def declare(uow: UnitOfWork, organisation_id: int, result_id: int, year: int, benefit: Benefit) -> Declaration:
    """Declare what a result brought the unit that uses it in a calendar year; it counts once an official has verified it.

    Raises NotFound, NotPermitted for whoever does not speak for the unit, InvalidInput, also for a result that is not the unit's
    or its workers', Conflict where a declaration waits; emits BenefitMoved.
    """
    unit = _own_unit(uow, organisation_id)
    require_year(year, china_day(uow.now()))
    usable = uow.session.scalar(select(Result.id).where(Result.id == result_id, is_used_by(unit.id)))
    if usable is None:
        raise InvalidInput(N_("Choose a published result of your unit or of its workers."), field="result")
    if standing(uow, unit.id, result_id, year) is not None:
        wrong = N_("The benefit of this result in that year is verified already. Correct that declaration instead.")
        raise InvalidInput(wrong, field="year")
    return _declare(uow, unit, result_id, year, benefit, None)


def correct(uow: UnitOfWork, declaration_id: int, benefit: Benefit) -> Declaration:
    """Declare a verified benefit anew. The one in force goes on counting until an official has verified this one, and the
    difference is booked then; nothing left is a quantity of 0.

    Raises NotFound, NotPermitted, InvalidInput, Conflict for one that is not in force or is being corrected; emits BenefitMoved.
    """
    old, unit = fetch(uow, declaration_id)
    _require_own(uow, unit)
    if old.state is not DeclarationState.VERIFIED:
        raise Conflict(N_("Only a verified declaration is corrected."))
    return _declare(uow, unit, old.result_id, old.year, benefit, old)


def withdraw(uow: UnitOfWork, declaration_id: int) -> Declaration:
    """Take back what waits. Raises NotFound, NotPermitted, Conflict; emits BenefitMoved."""
    row, unit = fetch(uow, declaration_id)
    answer(uow, row, "withdraw", relations(uow.actor, unit))
    return row


def fetch(uow: UnitOfWork, declaration_id: int) -> tuple[Declaration, Organisation]:
    """A declaration, locked, with its unit. Raises NotFound for whoever may not know of it."""
    row = uow.session.get(Declaration, declaration_id, with_for_update=True, populate_existing=True)
    unit = uow.session.get(Organisation, row.organisation_id) if row else None
    if row is None or unit is None or not relations(uow.actor, unit):
        raise NotFound(NO_DECLARATION)
    return row, unit


def standing(uow: UnitOfWork, organisation_id: int, result_id: int, year: int) -> Declaration | None:
    """The declaration in force for a result and a year."""
    of = (Declaration.organisation_id == organisation_id, Declaration.result_id == result_id, Declaration.year == year)
    return uow.session.scalar(select(Declaration).where(*of, Declaration.state == DeclarationState.VERIFIED))


def answer(uow: UnitOfWork, row: Declaration, action: str, held: frozenset[Relation], remark: str = "") -> None:
    """Take an action of the table on what waits. Raises NotPermitted, Conflict, InvalidInput; emits BenefitMoved."""
    values = {"answered_at": uow.now(), "answered_by_id": uow.actor.user_id, "remark": remark}
    advance(uow, DECLARATION_STATES, row, action, held, remark, **values)
    announce(uow, row, action)


def announce(uow: UnitOfWork, row: Declaration, action: str) -> None:
    """Emit BenefitMoved."""
    uow.emit(BenefitMoved(row.id, row.organisation_id, row.result_id, row.year, action, row.fen))


def _own_unit(uow: UnitOfWork, organisation_id: int) -> Organisation:
    unit = uow.session.get(Organisation, organisation_id)
    if unit is None:
        raise NotFound(N_("There is no such organisation."))
    _require_own(uow, unit)
    if unit.state is not OrganisationState.VERIFIED:
        raise Conflict(N_("Only a verified unit declares benefits."))
    return unit


def _require_own(uow: UnitOfWork, unit: Organisation) -> None:
    if Relation.OWNER not in relations(uow.actor, unit):
        raise NotPermitted(N_("Only whoever speaks for the unit declares its benefits."))


def _declare(
    uow: UnitOfWork, unit: Organisation, result_id: int, year: int, benefit: Benefit, old: Declaration | None
) -> Declaration:
    row = _row(uow, benefit, corrects=old is not None)
    row.organisation_id, row.result_id, row.year = unit.id, result_id, year
    row.replaces_id = old.id if old else None
    try:
        with uow.session.begin_nested():
            uow.session.add(row)
    except IntegrityError:
        raise Conflict(N_("A declaration for this result and year waits for an official already.")) from None
    announce(uow, row, "declare")
    return row


def _row(uow: UnitOfWork, benefit: Benefit, *, corrects: bool) -> Declaration:
    reckoning = benefit.reckoning
    reckoning.require_possible(corrects=corrects)
    costs_for = required(benefit.costs_for, "costs_for", LONGEST_TEXT) if reckoning.costs_fen else ""
    words = {
        "basis": required(benefit.basis, "basis", LONGEST_TEXT),
        "quantity_of": single_line(required(benefit.quantity_of, "quantity_of", LONGEST_UNIT)),
        "scope": required(benefit.scope, "scope", LONGEST_TEXT),
        "reason": required(benefit.reason, "reason", LONGEST_REASON) if corrects else "",
    }
    if benefit.proof is None:
        raise InvalidInput(N_("Add the proof: PDF, JPEG or PNG."), field="file")
    kept = keep(uow, benefit.proof, media.SCANS)
    return Declaration(
        **words,
        state=DECLARATION_STATES.initial,
        unit_fen=reckoning.unit_fen,
        quantity=reckoning.quantity,
        costs_fen=reckoning.costs_fen,
        costs_for=costs_for,
        fen=reckoning.fen,
        repeatability=benefit.repeatability,
        proof_sha256=kept.sha256,
        proof_name=kept.name,
        proof_type=kept.media_type,
        declared_by_id=uow.actor.user_id,
        declared_at=uow.now(),
    )
