"""Alembic's entry."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from marketplace.infra.database import EnumText, UtcDateTime, make_engine
from marketplace.schema import whole_schema


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our column types as what the database sees, so that old migrations never import today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EnumText):
        return "sa.String(40)"
    return False


def suspend_references(connection: Connection) -> None:
    """SQLite makes a table anew to change it, and must not take the rows that refer to the old one for orphans meanwhile.

    It ignores this within a transaction, so it is said to the driver, before there is one.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")


def require_references(connection: Connection) -> None:
    """Raise RuntimeError, so that nothing is committed, when a row refers to one that is not there."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"the migration left a row that refers to nothing: {tuple(broken)}")


engine = make_engine(context.config.get_main_option("sqlalchemy.url") or "")
try:
    with engine.execution_options(writing=True).connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            suspend_references(connection)
        context.configure(connection=connection, target_metadata=whole_schema(), render_item=render_item)
        with context.begin_transaction():
            context.run_migrations()
        if is_sqlite:
            require_references(connection)
        connection.commit()
finally:  # A migration that refuses leaves no connection open.
    engine.dispose()
