"""Use cases of a person's identity: declared by himself with separate consent, compared by an official, ended by himself."""

import hmac
from collections.abc import Sequence
from typing import Any, NoReturn, TypeVar

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from marketplace.accounts import throttle
from marketplace.accounts.events import Consented, ConsentWithdrawn
from marketplace.accounts.models import Consent, User
from marketplace.accounts.service import confirm_password, me
from marketplace.identity import keys
from marketplace.identity.consent import text_of
from marketplace.identity.events import IdentityKeyRotated, IdentityMoved, IdentityRead
from marketplace.identity.keys import Kind
from marketplace.identity.models import Authenticator, Identity
from marketplace.identity.policy import require_identity
from marketplace.identity.queries import consented_versions, live_identity
from marketplace.identity.ring import hold_keys, new_key_id, ring_of
from marketplace.identity.rules import CONSENT, IDENTITY_STATES, IdentityState, Means, masked, require_number
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required

LONGEST_REASON = 500
S = TypeVar("S", Identity, Authenticator)
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
    hold_keys(uow, alone=False)
    ring = ring_of(uow)
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
    """Encrypt every number and every secret of an authenticator anew under a new key. Returns how many.

    A key goes out of the file at the next rotation after the last that it encrypts. Two rotations follow each other, and none
    runs while a number or secret is taken in, which would be kept under a key that goes. Raises Conflict where a key is
    missing; emits IdentityKeyRotated.
    """
    hold_keys(uow, alone=True)
    kept: list[tuple[Identity | Authenticator, Kind]] = [
        *((one, Kind.NUMBER) for one in _sealed(uow, Identity)),
        *((one, Kind.AUTHENTICATOR) for one in _sealed(uow, Authenticator)),
    ]
    old = ring_of(uow)
    used = {one.key_id for one, _ in kept} | {old.current}
    contents = [old.unseal(one.sealed or "", one.key_id or "", one.user_id, kind) for one, kind in kept]
    ring = old.with_another(new_key_id(uow)).without(frozenset(old.keys) - frozenset(filter(None, used)))
    # The file first: should the transaction fail, it holds a key too many, which harms nobody.
    keys.write(uow.settings.identity_keys_file, ring)
    for (one, kind), content in zip(kept, contents, strict=True):
        one.sealed, one.key_id = ring.seal(content, one.user_id, kind), ring.current
    uow.emit(IdentityKeyRotated(ring.current, len(kept)))
    return len(kept)


def _sealed(uow: UnitOfWork, model: type[S]) -> Sequence[S]:
    return uow.session.scalars(select(model).where(model.sealed.is_not(None)).with_for_update()).all()


def _announce(uow: UnitOfWork, identity: Identity, action: str) -> None:
    uow.emit(IdentityMoved(identity.id, identity.user_id, action))
