"""The administrator's reading side: people, what is stuck, the indexes, the settings in force."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import OfficeHolding, User
from marketplace.accounts.rules import UserState
from marketplace.admin.models import Intervention
from marketplace.admin.rules import Action, without_password
from marketplace.infra.outbox import OutboxRow, untaken_since
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Office
from marketplace.settings import Settings
from search_index.document import IndexStatus


@dataclass(frozen=True)
class PersonRow:
    """One line of the list of people; `offices` are those held now."""

    id: int
    name: str
    email: str | None
    mobile: str | None
    county: str | None
    state: UserState
    offices: tuple[Office, ...]


@dataclass(frozen=True)
class InterventionRow:
    """What an administrator did to an object, and why."""

    at: datetime
    action: Action
    by: str | None
    reason: str


@dataclass(frozen=True)
class OutboxState:
    """How much waits for the worker; `oldest` is when the first of it was committed, `untaken_since` since when no worker takes
    it."""

    pending: int
    failing: int
    parked: int
    oldest: datetime | None
    untaken_since: datetime | None


@dataclass(frozen=True)
class SettingRow:
    """One setting as it is; a password in an address is covered."""

    name: str
    value: str
    default: str
    description: str


def matching(text: str) -> ColumnElement[bool]:
    """People whose name, e-mail or mobile number contains the text."""
    wanted = text.strip().lower()
    columns = (User.name, User.email, User.mobile)
    return or_(*(func.lower(column).contains(wanted, autoescape=True) for column in columns))


def count(session: Session, which: ColumnElement[bool]) -> int:
    """How many people there are."""
    return session.scalar(select(func.count(User.id)).where(which)) or 0


def people(session: Session, which: ColumnElement[bool], offset: int, limit: int) -> list[PersonRow]:
    """A page of people, the newest first."""
    users = list(session.scalars(select(User).where(which).order_by(User.id.desc()).offset(offset).limit(limit)))
    held = session.execute(
        select(OfficeHolding.user_id, OfficeHolding.office)
        .where(OfficeHolding.user_id.in_([user.id for user in users]), OfficeHolding.revoked_at.is_(None))
        .order_by(OfficeHolding.id)
    ).all()
    return [
        PersonRow(
            u.id, u.name, u.email, u.mobile, u.county, u.state, tuple(o for user_id, o in held if user_id == u.id)
        )
        for u in users
    ]


def person(session: Session, user_id: int) -> User:
    """One person. Raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(N_("There is no such person."))
    return user


def offices_of(session: Session, user_id: int) -> list[OfficeHolding]:
    """The offices a person holds or held, the newest first."""
    mine = select(OfficeHolding).where(OfficeHolding.user_id == user_id)
    return list(session.scalars(mine.order_by(OfficeHolding.id.desc())))


def interventions(session: Session, about: str) -> list[InterventionRow]:
    """What administrators did to an object, the newest first."""
    rows = session.execute(
        select(Intervention, User.name)
        .outerjoin(User, User.id == Intervention.user_id)
        .where(Intervention.about == about)
        .order_by(Intervention.id.desc())
    )
    return [InterventionRow(row.at, Action(row.action), name, row.reason) for row, name in rows]


def outbox_state(session: Session, now: datetime) -> OutboxState:
    """How much waits, how much of it has failed before, how much is parked, and whether anybody takes it."""
    waiting = OutboxRow.parked_at.is_(None)
    pending, oldest = session.execute(select(func.count(OutboxRow.id), func.min(OutboxRow.at)).where(waiting)).one()
    failing = session.scalar(select(func.count(OutboxRow.id)).where(waiting, OutboxRow.error.is_not(None)))
    parked_rows = session.scalar(select(func.count(OutboxRow.id)).where(OutboxRow.parked_at.is_not(None)))
    return OutboxState(pending, failing or 0, parked_rows or 0, oldest, untaken_since(session, now))


def parked(session: Session, limit: int = 100) -> list[OutboxRow]:
    """Rows the worker has given up on, the oldest first."""
    statement = select(OutboxRow).where(OutboxRow.parked_at.is_not(None)).order_by(OutboxRow.id).limit(limit)
    return list(session.scalars(statement))


def indexes(uow: UnitOfWork) -> list[tuple[str, IndexStatus]]:
    """The state of each search index on disk."""
    return [(kind, index.status()) for kind, index in sorted(uow.services.catalogues.items())]


def settings_in_force(settings: Settings) -> list[SettingRow]:
    """Every setting with its value, its default and what it does."""
    return [
        SettingRow(
            f"JIANGGUO_{name.upper()}", _shown(getattr(settings, name)), _shown(field.default), field.description or ""
        )
        for name, field in type(settings).model_fields.items()
    ]


def _shown(value: Any) -> str:
    return without_password(str(value))
