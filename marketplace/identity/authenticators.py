"""Use cases of the app that makes codes for a person: begin, confirm, use up a code, remove, take away."""

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts import throttle
from marketplace.accounts.models import User
from marketplace.accounts.rules import CodePurpose
from marketplace.accounts.service import confirm_password, me
from marketplace.accounts.signing_codes import confirm_code, send_code
from marketplace.identity import keys
from marketplace.identity.authenticator_rules import SETUP_TIME, new_secret, step_of
from marketplace.identity.events import AuthenticatorMoved
from marketplace.identity.factors import Factor
from marketplace.identity.keys import Kind
from marketplace.identity.models import Authenticator
from marketplace.identity.ring import hold_keys, ring_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.texts import required

LONGEST_REASON = 500
WRONG = N_(
    "This code is wrong or no longer valid. Type the one that the app shows now; after five tries wait a quarter of an "
    "hour. If it is wrong again and again, set the clock of your phone to the time of the network."
)
USED = N_("This code was used already. Wait for the next one; the app shows it within half a minute.")
NONE = N_("No authenticator app is set up for your account.")
KEY_MISSING = N_(
    "Codes of authenticator apps cannot be checked now: their key is missing on this server. Nothing is lost: whoever runs the "
    "service puts back the copy of the file identity_keys.json. Meanwhile have a code sent to you."
)
_THERE = N_("An authenticator app is set up already. Remove it first, then set up another one.")
_TOO_LATE = N_("The set-up was begun too long ago, or anew. Begin it once more.")
_CHANGED = N_("Somebody else has just changed this. Reload the page to see where it stands.")


def live(session: Session, user_id: int) -> Authenticator | None:
    """The authenticator of a person that is begun or confirmed."""
    of_person = (Authenticator.user_id == user_id, Authenticator.ended_at.is_(None))
    return session.scalar(select(Authenticator).where(*of_person))


def confirmed(session: Session, user_id: int) -> Authenticator | None:
    """The one whose codes count."""
    found = live(session, user_id)
    return found if found is not None and found.confirmed_at is not None else None


def secret_to_show(uow: UnitOfWork) -> str | None:
    """The secret of the actor's set-up while it waits for its first code; never of one that counts. Raises Conflict."""
    row = live(uow.session, me(uow).id)
    return _secret(uow, row) if row is not None and _waits(uow, row) else None


def begin(uow: UnitOfWork, password: str) -> Authenticator:
    """After his password the actor gets a new secret, which counts once a code of it was given.

    Raises InvalidInput, TooManyAttempts, Conflict where one counts already, the key is missing, or two begin at once. Emits
    AuthenticatorMoved.
    """
    confirm_password(uow, password)
    user = me(uow)
    hold_keys(uow, alone=False)
    row = _held(uow, user.id)
    if row is not None and row.confirmed_at is not None:
        raise Conflict(_THERE)
    try:
        ring = ring_of(uow)
    except Conflict:
        raise Conflict(KEY_MISSING) from None
    row = row or Authenticator(user_id=user.id)
    row.sealed, row.key_id = ring.seal(new_secret(), user.id, Kind.AUTHENTICATOR), ring.current
    row.begun_at = uow.now()
    uow.session.add(row)
    try:
        uow.flush()
    except IntegrityError:
        raise Conflict(_CHANGED) from None
    _announce(uow, row, "begin")
    return row


def confirm(uow: UnitOfWork, typed: str) -> Authenticator:
    """A code of the app shows that it has the secret: from now on its codes count.

    Raises InvalidInput for a wrong code, TooManyAttempts, Conflict where nothing was begun within the time. Emits
    AuthenticatorMoved.
    """
    row = _held(uow, me(uow).id)
    if row is None or not _waits(uow, row):
        raise Conflict(_TOO_LATE)
    _use(uow, row, typed)
    _announce(uow, row, "confirm")
    return row


def use(uow: UnitOfWork, typed: str) -> None:
    """Use a code of the actor's app up: it is accepted once. Raises InvalidInput for a wrong one, TooManyAttempts.

    A wrong one counts, against the app and as a failed sign-in, even though the unit of work is refused.
    """
    row = _held(uow, me(uow).id)
    if row is None or row.confirmed_at is None:
        raise InvalidInput(NONE, field="code")
    _use(uow, row, typed)


def send_removal_code(uow: UnitOfWork) -> str:
    """Have a code sent by which the actor removes his app, whose phone is lost. Returns the contact.

    Raises Conflict where there is no app, InvalidInput without a confirmed contact, TooManyAttempts; emits CodeIssued.
    """
    if confirmed(uow.session, me(uow).id) is None:
        raise Conflict(NONE)
    return send_code(uow, "", CodePurpose.AUTHENTICATOR)


def remove(uow: UnitOfWork, password: str, factor: Factor, typed: str) -> Authenticator:
    """The actor takes the app off his account, by his password and a code of the app or one that was sent for this.

    Raises InvalidInput, TooManyAttempts, Conflict where there is none. Emits AuthenticatorMoved.
    """
    confirm_password(uow, password)
    row = _held(uow, me(uow).id)
    if row is None or row.confirmed_at is None:
        raise Conflict(NONE)
    if factor is Factor.TOTP:
        _use(uow, row, typed)
    else:
        confirm_code(uow, typed, "", CodePurpose.AUTHENTICATOR)
    _end(uow, row, "remove")
    return row


def take_away(uow: UnitOfWork, user_id: int, reason: str) -> Authenticator:
    """An administrator takes somebody's app off his account, for a reason that the person is told.

    Raises NotPermitted, for one's own too, InvalidInput without a reason, NotFound, Conflict where there is none. Emits
    AuthenticatorMoved.
    """
    if not uow.actor.is_administrator:
        raise NotPermitted(N_("Only an administrator may do this."))
    if uow.actor.user_id == user_id:
        raise NotPermitted(N_("Remove your own on the page of your account, or ask another administrator."))
    note = required(reason, "reason", LONGEST_REASON)
    if uow.session.get(User, user_id) is None:
        raise NotFound(N_("There is no such person."))
    row = _held(uow, user_id)
    if row is None or row.confirmed_at is None:
        raise Conflict(N_("This person has no authenticator app, or it is removed already."))
    row.note = note
    _end(uow, row, "take_away")
    return row


def _held(uow: UnitOfWork, user_id: int) -> Authenticator | None:
    """Locked and as it is now, so that of two at once the second sees what the first has done."""
    of_person = select(Authenticator).where(Authenticator.user_id == user_id, Authenticator.ended_at.is_(None))
    return uow.session.scalar(of_person.with_for_update().execution_options(populate_existing=True))


def forget_abandoned(uow: UnitOfWork) -> None:
    """End what was begun and not confirmed within its time, with the secret. Run by the schedule; tells nobody, for nothing that
    counted has ended."""
    too_late = (Authenticator.confirmed_at.is_(None), Authenticator.begun_at < uow.now() - SETUP_TIME)
    ended = update(Authenticator).where(Authenticator.ended_at.is_(None), *too_late)
    uow.session.execute(ended.values(ended_at=uow.now(), sealed=None, key_id=None))


def _waits(uow: UnitOfWork, row: Authenticator) -> bool:
    return row.confirmed_at is None and uow.now() < row.begun_at + SETUP_TIME


def _use(uow: UnitOfWork, row: Authenticator, typed: str) -> None:
    """Accept the code of a later step than the last; the guarded UPDATE holds whatever else runs at the same time."""
    user, tries = me(uow), f"authenticator-{row.id}"
    contact = user.email or user.mobile or ""
    throttle.require_room(uow, contact, uow.actor.ip)
    throttle.require_tries(uow, tries)
    try:
        secret = _secret(uow, row)
    except Conflict as error:
        raise InvalidInput(error.message, field="code") from None
    step = step_of(secret, typed, uow.now())
    if step is not None:
        is_later = or_(Authenticator.last_step.is_(None), Authenticator.last_step < step)
        accepted = {"last_step": step, "confirmed_at": row.confirmed_at or uow.now()}
        statement = update(Authenticator).where(Authenticator.id == row.id, is_later).values(accepted)
        if uow.session.scalar(statement.returning(Authenticator.id)) is not None:
            return
    uow.insist(throttle.attempt(uow, contact, uow.actor.ip))
    uow.insist(throttle.wrong_try(uow, tries, uow.actor.ip))
    raise InvalidInput(WRONG if step is None else USED, field="code")


def _secret(uow: UnitOfWork, row: Authenticator) -> str:
    try:
        ring = keys.read(uow.settings.identity_keys_file)
        return ring.unseal(row.sealed or "", row.key_id or "", row.user_id, Kind.AUTHENTICATOR)
    except Conflict:
        raise Conflict(KEY_MISSING) from None


def _end(uow: UnitOfWork, row: Authenticator, action: str) -> None:
    row.ended_at, row.sealed, row.key_id = uow.now(), None, None
    _announce(uow, row, action)


def _announce(uow: UnitOfWork, row: Authenticator, action: str) -> None:
    uow.emit(AuthenticatorMoved(row.id, row.user_id, action))
