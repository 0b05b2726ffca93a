"""Counts failed sign-ins and asked-for codes in the database, so that the limit holds across processes.

Contacts that belong to nobody are counted the same way: being throttled tells nothing.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from marketplace.accounts.models import SignInAttempt
from marketplace.accounts.rules import ATTEMPTS_PER_ADDRESS, CODE_REQUESTS, CODE_TRIES, THROTTLE_MINUTES
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import TooManyAttempts
from marketplace.kernel.messages import N_

WINDOW = timedelta(minutes=THROTTLE_MINUTES)


def attempt(uow: UnitOfWork, contact: str, ip: str) -> SignInAttempt:
    """The row that a failed sign-in leaves; the caller adds it."""
    return SignInAttempt(contact_hash=_key(uow, contact), ip=ip[:64], at=uow.now())


def require_room(uow: UnitOfWork, contact: str, ip: str) -> None:
    """Raise TooManyAttempts after `sign_in_attempts` failures for the contact, or ten times as many from one address."""
    limit = uow.settings.sign_in_attempts
    _require(uow, SignInAttempt.contact_hash == _key(uow, contact), limit)
    if ip:
        _require(uow, SignInAttempt.ip == ip[:64], limit * ATTEMPTS_PER_ADDRESS)


def count_code_request(uow: UnitOfWork, contact: str, ip: str) -> None:
    """Note that a code was asked for. Raises TooManyAttempts for the sixth within the window."""
    contact = f"code:{contact}"
    _require(uow, SignInAttempt.contact_hash == _key(uow, contact), CODE_REQUESTS)
    if ip:
        _require(uow, SignInAttempt.ip == ip[:64], uow.settings.sign_in_attempts * ATTEMPTS_PER_ADDRESS)
    uow.session.add(attempt(uow, contact, ip))


def require_tries(uow: UnitOfWork, code_id: int | str) -> None:
    """Raise TooManyAttempts once a code, or an app that makes codes, was guessed at as often as it may be."""
    _require(uow, SignInAttempt.contact_hash == _key(uow, f"try:{code_id}"), CODE_TRIES)


def wrong_try(uow: UnitOfWork, code_id: int | str, ip: str) -> SignInAttempt:
    """The row that a wrong guess at a code leaves; the caller adds it."""
    return attempt(uow, f"try:{code_id}", ip)


def _require(uow: UnitOfWork, which: ColumnElement[bool], limit: int) -> None:
    since = uow.now() - WINDOW
    at: datetime | None = uow.session.scalar(
        select(SignInAttempt.at)
        .where(which, SignInAttempt.at > since)
        .order_by(SignInAttempt.at.desc())
        .offset(limit - 1)
        .limit(1)
    )
    if at is not None:
        seconds = int((at - since).total_seconds()) + 1
        raise TooManyAttempts(
            N_("Too many attempts. Please try again in %(minutes)s minutes."),
            retry_after=seconds,
            minutes=-(-seconds // 60),
        )


def _key(uow: UnitOfWork, contact: str) -> str:
    """A hash under the instance's key: eleven digits could be guessed back from a plain one."""
    return hmac.new(uow.settings.secret_key.encode(), contact.encode(), hashlib.sha256).hexdigest()
