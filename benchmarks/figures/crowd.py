"""The units and people of a city with so many deals: a unit takes part in some forty, a person is paid out of some ten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.organisations.models import Organisation, Party
from marketplace.organisations.rules import OrganisationKind, OrganisationState, PartyKind

FIRST = 10_000
"""Numbers from here on belong to the benchmark; the demo's people and units have those below."""


@dataclass(frozen=True)
class Cast:
    """Who takes part: `parties` of units, `units` by them, and `people` who make results. `officers` sign, report and verify."""

    parties: Sequence[int]
    units: Mapping[int, int]
    people: Sequence[int]
    officers: Sequence[int]


def make_crowd(session: Session, deals: int, counties: Sequence[str], at: datetime) -> Cast:
    """Write them into the tables at once."""
    units, people = range(FIRST, FIRST + max(deals // 20, 10)), range(FIRST, FIRST + max(deals // 10, 10))
    _write(session, Organisation, [_unit(number, counties[number % len(counties)], at) for number in units])
    _write(session, User, [_person(number, counties[number % len(counties)], at) for number in people])
    parties = [{"id": one, "kind": PartyKind.ORGANISATION, "organisation_id": one} for one in units]
    _write(session, Party, parties)
    officers = session.scalars(select(User.id).where(User.id < FIRST).order_by(User.id)).all()
    return Cast(units, {one: one for one in units}, people, officers)


def _unit(number: int, county: str, at: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"第{number}号企业有限公司",
        "name_key": f"第{number}号企业有限公司",
        "kind": OrganisationKind.ENTERPRISE,
        "county": county,
        "state": OrganisationState.LISTED,
        "created_at": at,
    }


def _person(number: int, county: str, at: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"职工{number}",
        "email": f"person{number}@example.org",
        "password_hash": "",
        "county": county,
        "created_at": at,
    }


def _write(session: Session, model: type, rows: Sequence[dict[str, Any]]) -> None:
    session.execute(insert(model), rows)
