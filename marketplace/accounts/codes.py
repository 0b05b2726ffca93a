"""Six-digit codes that prove a contact, or confirm a signature.

A code is derived from its row with the instance's key, so none is ever stored.
"""

import hashlib
import hmac
from datetime import timedelta

from sqlalchemy import select, update

from marketplace.accounts import throttle
from marketplace.accounts.events import CodeIssued
from marketplace.accounts.models import User, VerificationCode
from marketplace.accounts.rules import CODE_MINUTES, CODE_TRIES, CodePurpose
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

WRONG = N_("This code is wrong or no longer valid. After five tries, or fifteen minutes, ask for a new one.")
NO_SMS = N_("Codes by text message are not available yet. Please give an e-mail address.")


def require_channel(uow: UnitOfWork, contact: str) -> None:
    """Raise InvalidInput when no code can reach this contact: there is no provider of text messages so far."""
    if "@" not in contact and uow.services.sms is None:
        raise InvalidInput(NO_SMS, field="email")


def issue(
    uow: UnitOfWork, user: User, contact: str, purpose: CodePurpose, ip: str, about: str = ""
) -> VerificationCode:
    """Make a code; the outbox sends it, and older ones end. Raises InvalidInput, TooManyAttempts; emits CodeIssued."""
    require_channel(uow, contact)
    # By document: who signs six contracts in an hour is welcome.
    throttle.count_code_request(uow, f"{contact} {about}".rstrip(), ip)
    now = uow.now()
    code = VerificationCode(
        user_id=user.id,
        contact=contact,
        purpose=purpose,
        created_at=now,
        expires_at=now + timedelta(minutes=CODE_MINUTES),
        about=about[:200],
    )
    uow.session.add(code)
    uow.flush()
    uow.emit(CodeIssued(user.id, code.id))
    return code


def latest(uow: UnitOfWork, user_id: int, purpose: CodePurpose, about: str = "") -> VerificationCode | None:
    """The one code that counts for this, whether it is still valid or not."""
    wanted = (VerificationCode.purpose == purpose, VerificationCode.about == about[:200])
    return uow.session.scalar(
        select(VerificationCode)
        .where(VerificationCode.user_id == user_id, *wanted)
        .order_by(VerificationCode.id.desc())
        .limit(1)
    )


def redeem(uow: UnitOfWork, user_id: int, purpose: CodePurpose, typed: str, about: str = "") -> VerificationCode | None:
    """The code, now used, when the digits are right; otherwise None, and the try counts once the caller commits.

    One that was sent about something else is wrong. The try is counted by one guarded UPDATE, so that guesses made at the same
    moment do not share one.
    """
    code = latest(uow, user_id, purpose, about)
    if code is None:
        return None
    valid = (
        VerificationCode.id == code.id,
        VerificationCode.used_at.is_(None),
        VerificationCode.tries < CODE_TRIES,
        VerificationCode.expires_at > uow.now(),
    )
    counted = update(VerificationCode).where(*valid).values(tries=VerificationCode.tries + 1)
    if uow.session.scalar(counted.returning(VerificationCode.id)) is None:
        return None
    if not hmac.compare_digest(digits(code, uow.settings.secret_key).encode(), "".join(typed.split()).encode()):
        return None
    code.used_at = uow.now()
    return code


def digits(code: VerificationCode, secret_key: str) -> str:
    """The six digits of a code."""
    text = f"code {code.id} {code.purpose} {code.contact} {code.created_at.timestamp()}"
    number = int.from_bytes(hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).digest(), "big")
    return f"{number % 1_000_000:06d}"
