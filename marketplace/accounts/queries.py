"""The reading side of one's own account."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Consent, SignIn, User
from marketplace.accounts.rules import PRIVACY, Device, device_of
from marketplace.infra.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class SignInRow:
    """One signed-in device of a person; `is_this` marks the one that asks."""

    id: int
    at: datetime
    ip: str
    user_agent: str
    is_this: bool

    @property
    def device(self) -> Device:
        """Phone or computer."""
        return device_of(self.user_agent)


def open_sign_ins(uow: UnitOfWork, user_id: int, token_hash: str) -> list[SignInRow]:
    """Devices that are signed in now, newest first."""
    oldest = uow.now() - timedelta(days=uow.settings.session_days)
    rows = uow.session.scalars(
        select(SignIn)
        .where(SignIn.user_id == user_id, SignIn.revoked_at.is_(None), SignIn.created_at > oldest)
        .order_by(SignIn.id.desc())
    )
    return [SignInRow(r.id, r.created_at, r.ip, r.user_agent, r.token_hash == token_hash) for r in rows]


def user_with_email(session: Session, email: str) -> User | None:
    """Who has confirmed this address, in any case of letters."""
    confirmed = select(User).where(func.lower(User.email) == email.lower(), User.email_verified_at.is_not(None))
    return session.scalar(confirmed.limit(1))


def names_of_users(session: Session, user_ids: Collection[int | None]) -> Mapping[int | None, str]:
    """The names of these people by their id; None is passed over, so that what nobody has done yet need not be asked for."""
    users = select(User.id, User.name).where(User.id.in_({one for one in user_ids if one is not None}))
    return {row.id: row.name for row in session.execute(users)}


def agreed_version(session: Session, user_id: int) -> str | None:
    """The version of the privacy text a person consented to last."""
    return session.scalar(
        select(Consent.version)
        .where(Consent.user_id == user_id, Consent.document == PRIVACY)
        .order_by(Consent.id.desc())
        .limit(1)
    )
