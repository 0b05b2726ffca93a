"""Every row of every table as JSON lines, the same on SQLite and PostgreSQL, so that a backup of one restores into the other.

Tables and columns are read from the database, not from the models: a backup may be older than the code that restores it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from typing import Any

from click import ClickException
from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    Engine,
    MetaData,
    Table,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import Connection

from marketplace.infra.append_only import emptied_with_the_rest

UNTOUCHED = frozenset({"alembic_version"})
OWN_TRACKS = frozenset({*UNTOUCHED, "scheduled_runs"})
"""Tables that a running worker fills by itself: rows in them do not make an instance used."""

_CHUNK = 1000


@dataclass(frozen=True)
class Tables:
    """The tables of one database, in an order in which every row finds what it refers to."""

    inside: tuple[Table, ...]

    @classmethod
    def of(cls, engine: Engine) -> "Tables":
        """Read them from the database itself."""
        inspector = inspect(engine)
        names = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name and name not in UNTOUCHED]
        return cls(
            tuple(_table(name, inspector.get_columns(name), inspector.get_pk_constraint(name)) for name in names)
        )

    def used(self, connection: Connection) -> list[str]:
        """Names of the tables that hold what people entered."""
        asked = (table for table in self.inside if table.name not in OWN_TRACKS)
        return [table.name for table in asked if connection.execute(select(table).limit(1)).first() is not None]

    def count(self, connection: Connection) -> dict[str, int]:
        """How many rows each table has."""
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in self.inside
        }

    def dump(self, connection: Connection) -> Iterator[tuple[str, Iterator[str]]]:
        """Name and lines of each table; all of one transaction's view."""
        return ((table.name, _lines(connection, table)) for table in self.inside)

    def empty(self, connection: Connection) -> None:
        """Delete every row."""
        with emptied_with_the_rest(connection):
            for table in reversed(self.inside):
                connection.execute(delete(table))

    def load(self, connection: Connection, name: str, lines: Iterable[bytes]) -> None:
        """Write the rows of one table. Raises ClickException when the database has no such table."""
        table = next((table for table in self.inside if table.name == name), None)
        if table is None:
            raise ClickException(f"The backup has a table that this database does not know: {name}")
        rows = map(partial(_decoded, {column.name: column.type for column in table.columns}), lines)
        while chunk := list(islice(rows, _CHUNK)):
            connection.execute(insert(table), chunk)
        if connection.dialect.name == "postgresql" and "id" in table.columns:
            _restart_ids(connection, name)


def _table(name: str, columns: Iterable[Mapping[str, Any]], key: Mapping[str, Any]) -> Table:
    keys = set(key["constrained_columns"])
    for column in columns:
        if isinstance(column["type"], JSON):
            column["type"].none_as_null = column["nullable"]
    made = [Column(one["name"], one["type"], primary_key=one["name"] in keys) for one in columns]
    return Table(name, MetaData(), *made)


def _lines(connection: Connection, table: Table) -> Iterator[str]:
    found = connection.execution_options(yield_per=_CHUNK).execute(select(table).order_by(*table.primary_key.columns))
    for row in found.mappings():
        yield json.dumps(dict(row), default=_encoded, ensure_ascii=False) + "\n"


def _encoded(value: object) -> str:
    """Moments are written with their zone; SQLite keeps UTC without one."""
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a backup cannot carry a {type(value).__name__}")


def _decoded(types: Mapping[str, Any], line: bytes) -> dict[str, Any]:
    return {name: _value(types[name], value) for name, value in json.loads(line).items()}


def _value(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(value)
        return moment if kind.timezone else moment.astimezone(UTC).replace(tzinfo=None)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _restart_ids(connection: Connection, name: str) -> None:
    """Ids that come next follow the restored ones; a table without a sequence is left alone by setval."""
    sequence = select(func.pg_get_serial_sequence(name, "id")).scalar_subquery()
    highest = text(f'(SELECT max(id) FROM "{name}")')  # noqa: S608 - the name comes from the database's own catalogue
    connection.execute(select(func.setval(sequence, func.coalesce(highest, 1))))
