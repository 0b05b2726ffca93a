"""Use cases of a person's identity: declared by himself with separate consent, compared by an official, ended by himself."""

import hmac
import secrets
from typing import Any, NoReturn

from sqlalchemy import event, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, SessionTransaction

from marketplace.accounts import throttle
from marketplace.accounts.events import Consented, ConsentWithdrawn
from marketplace.accounts.models import Consent, User
from marketplace.accounts.service import confirm_password, me
from marketplace.identity import keys
from marketplace.identity.consent import text_of
from marketplace.identity.events import IdentityKeyRotated, IdentityMoved, IdentityRead
from marketplace.identity.keys import Keyring
from marketplace.identity.models import Identity
from marketplace.identity.policy import require_identity
from marketplace.identity.queries import consented_versions, live_identity
from marketplace.identity.rules import CONSENT, IDENTITY_STATES, IdentityState, Means, masked, require_number
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required

LONGEST_REASON = 500
_FORGOTTEN: dict[str, Any] = {"sealed": None, "key_id": None, "digest": None}
_OWN = frozenset({Relation.AUTHOR})


def declare(uow: UnitOfWork, number: str, agreed_version: str) -> Identity:
    """The signed-in person gives his identity number, with separate consent to the text of that version (个人信息保护法 art. 29).

    The number that was given before is forgotten. Raises InvalidInput without consent, for a number that cannot be one or that
    another account has, Conflict where the keys are missing, TooManyAttempts. Emits Consented, IdentityMoved.
    """
    user = me(uow)
    if agreed_version != text_of(china_day(uow.now())).version:
        raise InvalidInput(N_("Without your separate consent we may not keep the number."), field="agrees")
    number = require_number(number, china_day(uow.now()))
    throttle.require_room(uow, _tries(uow), uow.actor.ip)
    _hold_keys(uow, alone=False)
    ring = _ring(uow)
    before = live_identity(uow.session, user.id)
    if before is not None:
        advance(uow, IDENTITY_STATES, before, "replace", _OWN, ended_at=uow.now(), masked="", **_FORGOTTEN)
        _announce(uow, before, "replace")
    identity = Identity(
        user_id=user.id,
        state=IdentityState.DECLARED,
        name=user.name,
        masked=masked(number),
        sealed=ring.seal(number, user.id),
        key_id=ring.current,
        digest=ring.digest(number),
        consent_id=_consent(uow, user, agreed_version).id,
        declared_at=uow.now(),
    )
    uow.session.add(identity)
    try:
        uow.flush()
    except IntegrityError as error:
        _refuse(uow, error)
    _announce(uow, identity, "declare")
    return identity


def _refuse(uow: UnitOfWork, error: IntegrityError) -> NoReturn:
    """Who tries out other people's numbers is stopped; who sends the form twice is told to look."""
    if "digest" not in str(error.orig):
        raise Conflict(N_("Somebody else has just changed this. Reload the page to see where it stands.")) from None
    uow.insist(throttle.attempt(uow, _tries(uow), uow.actor.ip))
    raise InvalidInput(
        N_("This number belongs to another account already. If it is yours, ask the union's office."), field="number"
    ) from None


def _tries(uow: UnitOfWork) -> str:
    return f"identity:{uow.actor.user_id}"


def _consent(uow: UnitOfWork, user: User, version: str) -> Consent:
    row = Consent(user_id=user.id, document=CONSENT, version=version, at=uow.now())
    uow.session.add(row)
    uow.flush()
    uow.emit(Consented(user.id, CONSENT, version))
    return row


def consent_anew(uow: UnitOfWork, agreed_version: str) -> Identity:
    """Consent to the present text for the number that was given under an older one: it now serves what that one did not say
    (个人信息保护法 art. 14). Raises InvalidInput without consent, Conflict where no number is given. Emits Consented."""
    user = me(uow)
    identity = live_identity(uow.session, user.id)
    if identity is None:
        raise Conflict(N_("You have given no identity number, or have withdrawn it already."))
    if agreed_version != text_of(china_day(uow.now())).version:
        raise InvalidInput(N_("Without your separate consent your number serves nothing new."), field="agrees")
    if agreed_version not in consented_versions(uow.session, user.id):
        _consent(uow, user, agreed_version)
    return identity


def withdraw(uow: UnitOfWork) -> None:
    """Take the consent back: the number is deleted at once, and nothing can be signed electronically until another is given.

    What was signed stays valid (个人信息保护法 art. 15). Raises Conflict where there is nothing to withdraw. Emits IdentityMoved,
    ConsentWithdrawn.
    """
    user = me(uow)
    identity = live_identity(uow.session, user.id)
    if identity is None:
        raise Conflict(N_("You have given no identity number, or have withdrawn it already."))
    advance(uow, IDENTITY_STATES, identity, "withdraw", _OWN, ended_at=uow.now(), masked="", **_FORGOTTEN)
    _announce(uow, identity, "withdraw")
    given = (Consent.user_id == user.id, Consent.document == CONSENT, Consent.withdrawn_at.is_(None))
    versions = sorted(set(uow.session.scalars(select(Consent.version).where(*given))))
    uow.session.execute(update(Consent).where(*given).values(withdrawn_at=uow.now()))
    for version in versions:
        uow.emit(ConsentWithdrawn(user.id, CONSENT, version))


def own_number(uow: UnitOfWork, password: str) -> str:
    """The person's own number in full, after his password. Raises InvalidInput, TooManyAttempts, Conflict where there is none or
    the key is missing. Emits IdentityRead."""
    confirm_password(uow, password)
    identity = live_identity(uow.session, me(uow).id)
    if identity is None or identity.sealed is None or identity.key_id is None:
        raise Conflict(N_("You have given no identity number, or have withdrawn it already."))
    number = keys.read(uow.settings.identity_keys_file).unseal(identity.sealed, identity.key_id, identity.user_id)
    uow.emit(IdentityRead(identity.id, identity.user_id))
    return number


def verify(uow: UnitOfWork, identity_id: int, number: str, means: Means) -> Identity:
    """An official of the person's county has typed the number as the card or the list of members says it: he does not see the
    one that was given, it is compared. Raises NotFound, Conflict, also where the person has another name by now, InvalidInput
    where it is another number, TooManyAttempts after some of those. Emits IdentityMoved."""
    identity, user, held = require_identity(uow, identity_id)
    IDENTITY_STATES.require("verify", identity.state, held)
    if user.name != identity.name:
        raise Conflict(
            N_("The person has changed his name since he gave the number. Return it, so that he gives it again.")
        )
    tries = f"identity-check:{identity.id}"
    throttle.require_room(uow, tries, "")
    typed = require_number(number, china_day(uow.now()))
    if not hmac.compare_digest(keys.read(uow.settings.identity_keys_file).digest(typed), identity.digest or ""):
        uow.insist(throttle.attempt(uow, tries, uow.actor.ip))
        raise InvalidInput(
            N_("This is not the number that the person gave. Look again at both, or return it with a reason."),
            field="number",
        )
    found: dict[str, Any] = {
        "verified_at": uow.now(),
        "verified_by_id": uow.actor.user_id,
        "means": means,
    }
    advance(uow, IDENTITY_STATES, identity, "verify", held, note="", **found)
    _announce(uow, identity, "verify")
    return identity


def return_with_reason(uow: UnitOfWork, identity_id: int, reason: str) -> Identity:
    """What was given is not that person's; the number is forgotten. Emits IdentityMoved."""
    return _send_back(uow, identity_id, "return", reason)


def revoke(uow: UnitOfWork, identity_id: int, reason: str) -> Identity:
    """A verification was wrong; the person cannot sign electronically from now on. Emits IdentityMoved."""
    return _send_back(uow, identity_id, "revoke", reason)


def _send_back(uow: UnitOfWork, identity_id: int, action: str, reason: str) -> Identity:
    identity, _, held = require_identity(uow, identity_id)
    IDENTITY_STATES.require(action, identity.state, held)
    note = required(reason, "reason", LONGEST_REASON)
    advance(uow, IDENTITY_STATES, identity, action, held, note, note=note, masked="", **_FORGOTTEN)
    _announce(uow, identity, action)
    return identity


def rotate_key(uow: UnitOfWork) -> int:
    """Encrypt every number anew under a new key. Returns how many; raises Conflict where a key is missing.

    A key goes out of the file at the next rotation after its last number. Two rotations follow each other, and none runs while a
    number is taken in, which would be kept under a key that goes. Emits IdentityKeyRotated.
    """
    file = uow.settings.identity_keys_file
    _hold_keys(uow, alone=True)
    kept = list(uow.session.scalars(select(Identity).where(Identity.sealed.is_not(None)).with_for_update()))
    old = _ring(uow)
    used = {one.key_id for one in kept} | {old.current}
    numbers = [(one, old.unseal(one.sealed or "", one.key_id or "", one.user_id)) for one in kept]
    ring = old.with_another(_key_id(uow)).without(frozenset(old.keys) - frozenset(filter(None, used)))
    # The file first: should the transaction fail, it holds a key too many, which harms nobody.
    keys.write(file, ring)
    for identity, number in numbers:
        identity.sealed, identity.key_id = ring.seal(number, identity.user_id), ring.current
    uow.emit(IdentityKeyRotated(ring.current, len(numbers)))
    return len(numbers)


def _hold_keys(uow: UnitOfWork, *, alone: bool) -> None:
    """Until this unit has committed or was rolled back."""
    held = [keys.hold(uow.settings.identity_keys_file, alone=alone)]

    def release(_session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None and held:
            keys.release(held.pop())

    uow.session.connection()  # Where nothing was begun yet, nothing would end.
    event.listen(uow.session, "after_transaction_end", release)


def _ring(uow: UnitOfWork) -> Keyring:
    """The keys, made at the first use; where numbers are kept already, missing keys are lost and no new ones are made."""
    file = uow.settings.identity_keys_file
    kept = select(Identity.id).where(Identity.sealed.is_not(None)).limit(1)
    if not file.exists() and uow.session.scalar(kept) is None:
        keys.create(file, _key_id(uow))
    return keys.read(file)


def _key_id(uow: UnitOfWork) -> str:
    return f"{china_day(uow.now())}-{secrets.token_hex(4)}"


def _announce(uow: UnitOfWork, identity: Identity, action: str) -> None:
    uow.emit(IdentityMoved(identity.id, identity.user_id, action))
