"""Tables whose rows the database itself refuses to change or delete; what is wrong in one is put right by another row."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, bindparam, event, inspect, text

from marketplace.infra.database import Base

_REFUSE = "refuse_change()"
_PROTECTED: list[str] = []


def append_only(model: type[Base]) -> None:
    """Let the database refuse UPDATE, DELETE and TRUNCATE on this table, once for all; a migration does the same."""
    name = model.__tablename__
    _PROTECTED.append(name)

    def protect(_table: Any, connection: Connection, **_options: Any) -> None:
        _run(connection, refusals(connection.dialect.name, name))

    event.listen(model.__table__, "after_create", protect)


def refusals(dialect: str, table: str) -> tuple[str, ...]:
    """What makes a database refuse; PostgreSQL's function serves all tables. A TRUNCATE passes by the triggers of rows, and by
    foreign keys empties what refers to a table; SQLite has none."""
    saying = f"'{table} is only added to'"
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, {saying}); END"
            for verb in ("update", "delete")
        )
    body = "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is only added to'; END $$"
    return (
        f"CREATE OR REPLACE FUNCTION {_REFUSE} RETURNS trigger LANGUAGE plpgsql AS {body}",
        f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {_REFUSE}",
        f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {_REFUSE}",
    )


@contextmanager
def emptied_with_the_rest(connection: Connection) -> Iterator[None]:
    """Let rows be deleted in this transaction, for whoever empties the whole database: a restore, a demo that failed.

    A backup of an older version is restored into its own schema, which may lack some of these tables and have called the
    triggers otherwise.
    """
    there = [name for name in _PROTECTED if inspect(connection).has_table(name)]
    if connection.dialect.name == "postgresql":
        _run(connection, [f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in there])
        yield
        _run(connection, [f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in there])
        return
    made = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN :tables")
    triggers = connection.execute(made.bindparams(bindparam("tables", there, expanding=True))).all()
    _run(connection, [f"DROP TRIGGER {trigger.name}" for trigger in triggers])
    yield
    _run(connection, [trigger.sql for trigger in triggers])


def _run(connection: Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
