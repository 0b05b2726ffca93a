"""Use cases of the administrator: who holds which office, and whose account is disabled. Decides nothing about listings."""

from sqlalchemy import select

from marketplace.accounts.events import OfficeChanged, UserStateChanged
from marketplace.accounts.models import OfficeHolding, User
from marketplace.accounts.rules import UserState
from marketplace.accounts.sign_ins import revoke
from marketplace.infra.transitions import guarded_update
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Office

LAST = N_("The platform needs an administrator. Appoint somebody else first.")


def appoint(uow: UnitOfWork, user_id: int, office: Office, county: str | None, reason: str) -> OfficeHolding:
    """Give a person an office; `county` for a county's official, None for the others.

    Raises NotPermitted, NotFound, InvalidInput without a reason or county and for an office already held; emits OfficeChanged.
    """
    user = _person(uow, user_id, reason)
    place = county if office is Office.COUNTY_OFFICIAL else None
    if office is Office.COUNTY_OFFICIAL and not place:
        raise InvalidInput(N_("Say for which county."), field="county")
    if any((held.office, held.county) == (office, place) for held in _open(uow, user.id)):
        raise InvalidInput(N_("The person holds this office already."), field="office")
    holding = OfficeHolding(
        user_id=user.id,
        office=office,
        county=place,
        appointed_by_id=uow.actor.user_id,
        reason=reason.strip(),
        appointed_at=uow.now(),
    )
    uow.session.add(holding)
    uow.flush()
    uow.emit(OfficeChanged(user.id, office.value, place, given=True))
    return holding


def dismiss(uow: UnitOfWork, holding_id: int, reason: str) -> OfficeHolding:
    """Take an office back. Raises NotPermitted, NotFound, InvalidInput, Conflict for the last administrator."""
    holding = uow.session.get(OfficeHolding, holding_id)
    if holding is None:
        raise NotFound(N_("There is no such office."))
    _person(uow, holding.user_id, reason)
    if holding.revoked_at is not None:
        raise Conflict(N_("This office has ended already."))
    if holding.office is Office.ADMINISTRATOR:
        _keep_an_administrator(uow, holding.user_id)
    holding.revoked_at = uow.now()
    uow.emit(OfficeChanged(holding.user_id, holding.office.value, holding.county, given=False))
    return holding


def disable(uow: UnitOfWork, user_id: int, reason: str) -> User:
    """Sign a person out everywhere and for good; what he did stays. Raises as `dismiss`; emits UserStateChanged."""
    user = _person(uow, user_id, reason)
    if user.id == uow.actor.user_id:
        raise Conflict(N_("You cannot disable your own account."))
    if any(held.office is Office.ADMINISTRATOR for held in _open(uow, user.id)):
        _keep_an_administrator(uow, user.id)
    _set_state(uow, user, UserState.ACTIVE, UserState.DISABLED)
    revoke(uow, user.id)
    return user


def enable(uow: UnitOfWork, user_id: int, reason: str) -> User:
    """Let a person sign in again. Raises NotPermitted, NotFound, InvalidInput, Conflict; emits UserStateChanged."""
    user = _person(uow, user_id, reason)
    _set_state(uow, user, UserState.DISABLED, UserState.ACTIVE)
    return user


def _set_state(uow: UnitOfWork, user: User, before: UserState, after: UserState) -> None:
    guarded_update(uow, user, before, state=after)
    uow.emit(UserStateChanged(user.id, after.value))


def _person(uow: UnitOfWork, user_id: int, reason: str) -> User:
    """The person, locked, so that two administrators do not change the same one at once.

    The lock leaves the key alone: rows that only refer to the person are written meanwhile without a deadlock.
    """
    if not (uow.actor.is_administrator or uow.actor.is_system):
        raise NotPermitted(N_("Only an administrator may do this."))
    if not reason.strip():
        raise InvalidInput(N_("Please give a reason."), field="reason")
    user = uow.session.scalar(select(User).where(User.id == user_id).with_for_update(key_share=True))
    if user is None:
        raise NotFound(N_("There is no such person."))
    return user


def _open(uow: UnitOfWork, user_id: int) -> list[OfficeHolding]:
    mine = (OfficeHolding.user_id == user_id, OfficeHolding.revoked_at.is_(None))
    return list(uow.session.scalars(select(OfficeHolding).where(*mine).order_by(OfficeHolding.id)))


def _keep_an_administrator(uow: UnitOfWork, leaving_id: int) -> None:
    """The lock on all of them makes two who dismiss each other wait, so that one of them stays."""
    holders = uow.session.scalars(
        select(OfficeHolding.user_id)
        .join(User, User.id == OfficeHolding.user_id)
        .where(OfficeHolding.office == Office.ADMINISTRATOR, OfficeHolding.revoked_at.is_(None))
        .where(User.state == UserState.ACTIVE)
        .order_by(OfficeHolding.id)
        .with_for_update(of=OfficeHolding, key_share=True)
    )
    if set(holders) <= {leaving_id}:
        raise Conflict(LAST)
