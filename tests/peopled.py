"""Everybody's rows, made once in a process and copied into every other database.

To make eleven people one by one, with organisations, identities and powers, takes longer than most tests. To insert the rows
again takes some thousandths of a second, and they have the same ids.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from marketplace.accounts.models import Consent, OfficeHolding, User
from marketplace.identity.models import Authority, AuthorityStep, Identity
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.organisations.models import Membership, Organisation, Party
from tests.personas import People, make_people

_MODELS = (User, Organisation, Party, Consent, Membership, OfficeHolding, Identity, Authority, AuthorityStep)
_TABLES = {model.__tablename__ for model in _MODELS}
_MADE: dict[str, "_Made"] = {}


@dataclass(frozen=True)
class _Made:
    """What `make_people` returned, the rows it wrote, and its file of identity keys."""

    people: People
    rows: list[tuple[Table, list[dict[str, Any]]]]
    keys: bytes


def people_in(factory: UnitOfWorkFactory) -> People:
    """Everybody, in any database. One that has users already, or another clock, is given them one by one."""
    keys_file = factory.services.settings.identity_keys_file
    with factory.writing() as uow:
        key = f"{uow.now().isoformat()} {uow.settings.privacy_version}"
        is_empty = not uow.session.scalar(select(func.count()).select_from(User)) and not keys_file.exists()
        if is_empty and key in _MADE:
            _write(uow.session.connection(), _MADE[key])
            keys_file.parent.mkdir(parents=True, exist_ok=True)
            keys_file.write_bytes(_MADE[key].keys)
            keys_file.chmod(0o600)
            return _MADE[key].people
    people = make_people(factory)
    if is_empty:
        with factory.reading() as uow:
            _MADE[key] = _Made(people, _read(uow.session.connection()), keys_file.read_bytes())
    return people


def _read(connection: Connection) -> list[tuple[Table, list[dict[str, Any]]]]:
    """All rows of the tables of people, parents first."""
    tables = [table for table in User.metadata.sorted_tables if table.name in _TABLES]
    return [(table, [dict(row) for row in connection.execute(select(table)).mappings()]) for table in tables]


def _write(connection: Connection, made: _Made) -> None:
    for table, rows in made.rows:
        connection.execute(insert(table), rows)
    if connection.dialect.name == "postgresql":
        # Ids that were given do not move the sequences; the next row would take one that is taken.
        last = [f"setval(pg_get_serial_sequence('{table.name}', 'id'), {len(rows)})" for table, rows in made.rows]
        connection.execute(text(f"SELECT {', '.join(last)}"))
