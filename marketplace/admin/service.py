"""Use cases of the administrator, each with a reason that is kept; what they do to people, accounts/offices.py knows."""

from sqlalchemy import select, update

from marketplace.accounts import offices
from marketplace.accounts.models import OfficeHolding, User
from marketplace.admin.events import Intervened
from marketplace.admin.models import Intervention
from marketplace.admin.rules import Action
from marketplace.identity import authenticators
from marketplace.identity.models import Authenticator
from marketplace.infra.outbox import OutboxRow
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Office


def appoint(uow: UnitOfWork, user_id: int, office: Office, county: str | None, reason: str) -> OfficeHolding:
    """Give a person an office. Raises as offices.appoint; emits OfficeChanged, Intervened."""
    holding = offices.appoint(uow, user_id, office, county, reason)
    _note(uow, f"user:{user_id}", Action.APPOINT, reason)
    return holding


def dismiss(uow: UnitOfWork, holding_id: int, reason: str) -> OfficeHolding:
    """Take an office back. Raises as offices.dismiss; emits OfficeChanged, Intervened."""
    holding = offices.dismiss(uow, holding_id, reason)
    _note(uow, f"user:{holding.user_id}", Action.DISMISS, reason)
    return holding


def disable(uow: UnitOfWork, user_id: int, reason: str) -> User:
    """Disable an account. Raises as offices.disable; emits UserStateChanged, SignedOut, Intervened."""
    user = offices.disable(uow, user_id, reason)
    _note(uow, f"user:{user_id}", Action.DISABLE, reason)
    return user


def enable(uow: UnitOfWork, user_id: int, reason: str) -> User:
    """Enable an account. Raises as offices.enable; emits UserStateChanged, Intervened."""
    user = offices.enable(uow, user_id, reason)
    _note(uow, f"user:{user_id}", Action.ENABLE, reason)
    return user


def take_authenticator(uow: UnitOfWork, user_id: int, reason: str) -> Authenticator:
    """Take a lost phone's app off an account. Raises as authenticators.take_away; emits AuthenticatorMoved, Intervened."""
    taken = authenticators.take_away(uow, user_id, reason)
    _note(uow, f"user:{user_id}", Action.AUTHENTICATOR, reason)
    return taken


def retry(uow: UnitOfWork, row_id: int | None, reason: str) -> int:
    """Hand a parked outbox row, or (None) all of them, to the worker again; returns how many.

    Raises NotPermitted, InvalidInput without a reason, Conflict when nothing is parked any more; emits Intervened.
    """
    if not uow.actor.is_administrator:
        raise NotPermitted(N_("Only an administrator may do this."))
    if not reason.strip():
        raise InvalidInput(N_("Please give a reason."), field="reason")
    wanted = select(OutboxRow.id).where(OutboxRow.parked_at.is_not(None))
    if row_id is not None:
        wanted = wanted.where(OutboxRow.id == row_id)
    again = {"parked_at": None, "claimed_until": None, "attempts": 0, "due_at": uow.now(), "error": None}
    moved = update(OutboxRow).where(OutboxRow.id.in_(wanted)).values(again).returning(OutboxRow.id)
    ids = sorted(uow.session.scalars(moved.execution_options(synchronize_session=False)))
    if not ids:
        raise Conflict(N_("This is not parked any more."))
    for moved_id in ids:
        _note(uow, f"outbox:{moved_id}", Action.RETRY, reason)
    return len(ids)


def _note(uow: UnitOfWork, about: str, action: Action, reason: str) -> None:
    row = Intervention(at=uow.now(), user_id=uow.actor.user_id, about=about, action=action.value, reason=reason.strip())
    uow.session.add(row)
    uow.flush()
    uow.emit(Intervened(row.id, about, action.value))
