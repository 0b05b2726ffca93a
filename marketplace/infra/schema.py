"""Which migration the database stands at, which one this version of the code wants, and the way from one to the other."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def alembic_config(url: str) -> Config:
    """Alembic's configuration for one database, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema to a migration, the newest unless told otherwise."""
    command.upgrade(alembic_config(url), revision)


def newest() -> str | None:
    """The migration this version of the code wants; None while there is none."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def knows(revision: str) -> bool:
    """Whether this version of the code has that migration; a newer version's it has not."""
    try:
        return ScriptDirectory(str(MIGRATIONS)).get_revision(revision) is not None
    except CommandError:
        return False


def current(engine: Engine) -> str | None:
    """The migration the database stands at; None when it was never migrated."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_none(connection: Connection, why: str, *which: str) -> None:
    """Raise RuntimeError where rows exist that a downgrade would lose, each `which` a table with a condition behind it.

    What a signature rests on, or tells, is not to be made anew: only a backup from before the upgrade leads back.
    """
    for rows in which:
        if connection.scalar(text(f"SELECT count(*) FROM {rows}")):  # noqa: S608 - the migrations write it
            raise RuntimeError(f"{why}; restore a backup from before instead")


def replace_check(connection: Connection, table: str, name: str, old: str, new: str) -> None:
    """Put another condition into a CHECK, `name` without the `ck_` and the table before it.

    SQLite has no statement for it and keeps a table's definition as text, which is changed in place (`reword`).
    """
    full = f"ck_{table}_{name}"
    if connection.dialect.name == "sqlite":
        reword(connection, table, *(f"CONSTRAINT {full} CHECK ({one})" for one in (old, new)))
        return
    connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {full}"))
    connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {full} CHECK ({new})"))


def reword(connection: Connection, table: str, old: str, new: str, *, may_lack: bool = False) -> None:
    """Change the text by which SQLite keeps a table's definition; nothing that is stored may depend on it.

    Raises RuntimeError where the table does not say it in these words, unless it `may_lack` them: what is left as it was without
    a word would be found once a row is refused, or is not.
    """
    connection.execute(text("PRAGMA writable_schema = ON"))
    said = "WHERE type = 'table' AND name = :table AND instr(sql, :old) > 0"
    statement = text(f"UPDATE sqlite_schema SET sql = replace(sql, :old, :new) {said}")  # noqa: S608 - as above
    found = connection.execute(statement, {"old": old, "new": new, "table": table}).rowcount
    connection.execute(text("PRAGMA writable_schema = RESET"))
    if not found and not may_lack:
        raise RuntimeError(f"the table {table} does not say: {old}")


def forget(engine: Engine) -> None:
    """Make a database whose tables were dropped look as if it had never been migrated."""
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
