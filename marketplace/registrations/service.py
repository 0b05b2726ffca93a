"""Use cases on applications: the seller fills one in, hands it in to the registrar, withdraws it, or records a refusal.

The seller applies: who develops, assigns, licenses, advises or serves (技术合同认定登记管理办法 2000 art. 8). Each use case locks
the deal first.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.deals.room import Room, enter
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.days import require_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required
from marketplace.registrations.events import RegistrationMoved
from marketplace.registrations.filling import checked, filled_in, signed_contract
from marketplace.registrations.models import Registration, RegistrationRecord
from marketplace.registrations.official_form import RuleSet, form_on
from marketplace.registrations.rules import (
    APPLICABLE,
    LIVE,
    LONGEST_REASON,
    REGISTRATION_STATES,
    RecordState,
    RegistrationState,
)

Typed = Mapping[str, str | int | None]


def save_draft(uow: UnitOfWork, deal_id: int, typed: Typed, version: int) -> Registration:
    """Keep what was typed so far; what is missing may be missing. `version` is that of the draft that was shown, 0 without one.

    Raises NotFound, NotPermitted for all but the seller, Conflict where no application can be made, InvalidInput.
    """
    return _kept(enter(uow, deal_id), typed, version, is_complete=False)


def submit(uow: UnitOfWork, deal_id: int, typed: Typed, version: int) -> Registration:
    """The application is complete and handed in to the registrar. Raises as `save_draft` does; emits RegistrationMoved."""
    room = enter(uow, deal_id)
    registration = _kept(room, typed, version, is_complete=True)
    handed_in: dict[str, Any] = {"submitted_by_id": uow.actor.user_id, "submitted_at": uow.now()}
    advance(uow, REGISTRATION_STATES, registration, "submit", room.relations, **handed_in)
    announce(uow, registration, "submit")
    return registration


def refuse(uow: UnitOfWork, registration_id: int, refused_on: date, reason: str) -> Registration:
    """The seller records that the registrar did not register the contract, and why. Another application may follow.

    Raises NotFound, NotPermitted, Conflict, InvalidInput; emits RegistrationMoved.
    """
    room, registration = enter_by_registration(uow, registration_id)
    REGISTRATION_STATES.require("refuse", registration.state, room.relations)
    _require_nothing_waits(uow, registration)
    require_day(refused_on, _submitted_on(registration), china_day(uow.now()))
    _end(room, registration, "refuse", required(reason, "reason", LONGEST_REASON), refused_on)
    return registration


def withdraw(uow: UnitOfWork, registration_id: int) -> Registration:
    """The seller gives an application up. Raises NotFound, NotPermitted, Conflict; emits RegistrationMoved."""
    room, registration = enter_by_registration(uow, registration_id)
    REGISTRATION_STATES.require("withdraw", registration.state, room.relations)
    _require_nothing_waits(uow, registration)
    _end(room, registration, "withdraw")
    return registration


def enter_by_registration(uow: UnitOfWork, registration_id: int) -> tuple[Room, Registration]:
    """Lock the deal of an application and read the application as it is then. Raises NotFound."""
    deal_id = uow.session.scalar(select(Registration.deal_id).where(Registration.id == registration_id))
    if deal_id is None:
        raise NotFound(N_("There is no such registration."))
    room = enter(uow, deal_id)
    return room, uow.session.get_one(Registration, registration_id, populate_existing=True)


def live_registration(uow: UnitOfWork, deal_id: int) -> Registration | None:
    """The application or registration of a deal that has not ended."""
    return uow.session.scalar(select(Registration).where(Registration.deal_id == deal_id, Registration.state.in_(LIVE)))


def announce(uow: UnitOfWork, registration: Registration, action: str) -> None:
    """Emit RegistrationMoved."""
    uow.emit(RegistrationMoved(registration.id, registration.deal_id, action))


def todays_form(uow: UnitOfWork) -> RuleSet:
    """The form in use today, in China."""
    return form_on(china_day(uow.now()))


def _kept(room: Room, typed: Typed, version: int, *, is_complete: bool) -> Registration:
    uow = room.uow
    _require_seller(room)
    form, registration = todays_form(uow), live_registration(uow, room.deal.id)
    if registration is None:
        if version:
            raise Conflict(N_("This application has ended meanwhile. Reload the page to see where it stands."))
        registration = _begin(room, form)
    elif registration.state is not RegistrationState.DRAFT:
        raise Conflict(N_("The application is handed in already. What is handed in is not changed."))
    elif registration.version != version:
        raise InvalidInput(
            N_(
                "The draft was saved in another window or by a colleague meanwhile. Open it again beside this one and compare."
            )
        )
    registration.content = checked(form, typed, is_complete=is_complete)
    registration.form_since = form.since
    registration.version += 1
    uow.flush()
    return registration


def _begin(room: Room, form: RuleSet) -> Registration:
    uow, deal = room.uow, room.deal
    contract = signed_contract(uow.session, deal.id)
    if deal.state not in APPLICABLE or contract is None:
        raise Conflict(N_("A contract is registered once it is in force, and not after it was terminated."))
    registration = Registration(
        deal_id=deal.id,
        document_id=contract.id,
        state=RegistrationState.DRAFT,
        form_since=form.since,
        content=filled_in(uow, deal, contract, form),
        version=0,
        begun_by_id=uow.actor.user_id,
        begun_at=uow.now(),
    )
    uow.session.add(registration)
    uow.flush()
    announce(uow, registration, "begin")
    return registration


def _end(room: Room, registration: Registration, action: str, reason: str = "", ended_on: date | None = None) -> None:
    uow = room.uow
    registration.reason = reason
    ended = {"ended_by_id": uow.actor.user_id, "ended_at": uow.now(), "ended_on": ended_on}
    advance(uow, REGISTRATION_STATES, registration, action, room.relations, reason, **ended)
    announce(uow, registration, action)


def _require_seller(room: Room) -> None:
    if Relation.SELLER not in room.relations:
        raise NotPermitted(N_("The seller applies for the registration of a contract."))


def _require_nothing_waits(uow: UnitOfWork, registration: Registration) -> None:
    waiting = (RegistrationRecord.registration_id == registration.id, RegistrationRecord.state == RecordState.RECORDED)
    if uow.session.scalar(select(RegistrationRecord.id).where(*waiting)) is not None:
        raise Conflict(N_("A paper of the registrar waits for an official. Withdraw it first if it is wrong."))


def _submitted_on(registration: Registration) -> date:
    return china_day(registration.submitted_at or registration.begun_at)
