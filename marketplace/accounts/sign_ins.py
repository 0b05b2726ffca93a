"""Sign-ins: one row per signed-in device, found by the hash of a secret token, revocable at any time."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update

from marketplace.accounts.events import SignedIn, SignedOut
from marketplace.accounts.models import SignIn, User
from marketplace.accounts.rules import UserState
from marketplace.infra.unit_of_work import UnitOfWork


def open_sign_in(uow: UnitOfWork, user: User, ip: str, user_agent: str) -> str:
    """Sign a person in on one device and return the secret token. Emits SignedIn."""
    token = secrets.token_urlsafe(32)
    row = SignIn(
        token_hash=hash_token(token), user_id=user.id, created_at=uow.now(), ip=ip[:64], user_agent=user_agent[:300]
    )
    uow.session.add(row)
    uow.flush()
    uow.emit(SignedIn(user.id, row.id))
    return token


def user_of(uow: UnitOfWork, token: str) -> User | None:
    """Who is signed in by this token, or None when it was revoked, is too old, or the person is disabled."""
    oldest = uow.now() - timedelta(days=uow.settings.session_days)
    return uow.session.scalar(
        select(User)
        .join(SignIn, SignIn.user_id == User.id)
        .where(
            SignIn.token_hash == hash_token(token),
            SignIn.revoked_at.is_(None),
            SignIn.created_at > oldest,
            User.state == UserState.ACTIVE,
        )
    )


def revoke(
    uow: UnitOfWork,
    user_id: int,
    token: str | None = None,
    sign_in_id: int | None = None,
    all_but: str | None = None,
) -> None:
    """End one sign-in of a person (by token or id), all but one (its token), or all of them. Emits SignedOut."""
    which = [SignIn.user_id == user_id, SignIn.revoked_at.is_(None)]
    if token is not None:
        which.append(SignIn.token_hash == hash_token(token))
    if all_but is not None:
        which.append(SignIn.token_hash != hash_token(all_but))
    if sign_in_id is not None:
        which.append(SignIn.id == sign_in_id)
    ended = uow.session.scalars(update(SignIn).where(*which).values(revoked_at=uow.now()).returning(SignIn.id))
    uow.emit(SignedOut(user_id, len(list(ended))))


def hash_token(token: str) -> str:
    """What is stored of a token: whoever reads the table cannot sign in with it."""
    return hashlib.sha256(token.encode()).hexdigest()
