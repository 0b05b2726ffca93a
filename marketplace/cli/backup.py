"""`flask backup` and `flask restore`: one file that holds the database and the uploads, and the way back.

The key that signs cookies is not in it, nor is the index: the first is a secret, the second is rebuilt.
"""

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import Engine

from marketplace.audit import anchors
from marketplace.audit import service as audit
from marketplace.cli import archive
from marketplace.cli.archive import Archive, Manifest
from marketplace.cli.index import rebuild
from marketplace.cli.status import versions
from marketplace.cli.table_rows import Tables
from marketplace.infra import schema
from marketplace.infra.database import Base
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.settings import Settings
from marketplace.web.context import runtime


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Write FILE: a consistent copy of the database with every upload. The service may go on meanwhile."""
    manifest = save(runtime().factory, file)
    click.echo(f"{file}: {sum(manifest.rows.values())} rows, {manifest.files} files")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--replace", is_flag=True, help="Delete what the instance holds now.")
@with_appcontext
def restore(file: Path, replace: bool) -> None:
    """Fill an empty instance from FILE, then rebuild the index. Stop the service first."""
    manifest = load(runtime().settings, runtime().factory, file, replace)
    click.echo(f"Restored {sum(manifest.rows.values())} rows and {manifest.files} files of {manifest.created_at}.")
    click.echo("The index is rebuilt now.")
    click.get_current_context().invoke(rebuild)


def save(factory: UnitOfWorkFactory, path: Path) -> Manifest:
    """Back up into `path`. Rows are read in one transaction; a file is on disk before any row names it."""
    engine = factory.engine
    with archive.writing(path) as out:
        with _consistent(engine).begin() as connection:
            for name, lines in Tables.of(engine).dump(connection):
                out.add_rows(name, lines)
        for file in factory.services.files.stored():
            out.add_file(file)
        moment = factory.clock.now().isoformat()
        return out.finish(created_at=moment, migration=schema.current(engine), versions=versions())


def load(settings: Settings, factory: UnitOfWorkFactory, path: Path, replace: bool) -> Manifest:
    """Restore from `path`. Raises ClickException for a damaged file, a backup of a newer version, an instance in use.

    Everything is checked before anything is written, and the rows are written in one transaction.
    """
    with archive.reading(path) as source:
        source.check()
        _prepare(settings, factory.engine, source.manifest, replace)
        _write(factory, source)
        anchors.set_aside(settings.anchors_file)
        schema.upgrade(settings.database)
    _warn_of_a_broken_log(factory)
    return source.manifest


def _consistent(engine: Engine) -> Engine:
    """SQLite's transactions see one moment by themselves."""
    return engine.execution_options(isolation_level="REPEATABLE READ") if engine.name == "postgresql" else engine


def _prepare(settings: Settings, engine: Engine, manifest: Manifest, replace: bool) -> None:
    """Bring the schema to the migration the backup was made at."""
    if manifest.format > archive.FORMAT or (manifest.migration and not schema.knows(manifest.migration)):
        raise click.ClickException("The backup was made by a newer version. Install that version first.")
    with engine.connect() as connection:
        used = Tables.of(engine).used(connection)
    if used and not replace:
        raise click.ClickException("This instance is not empty. Restore into a fresh one, or with --replace.")
    if schema.current(engine) != manifest.migration:
        Base.metadata.drop_all(engine)
        schema.forget(engine)
        schema.upgrade(settings.database, manifest.migration or "head")


def _write(factory: UnitOfWorkFactory, source: Archive) -> None:
    tables = Tables.of(factory.engine)
    with factory.engine.execution_options(writing=True).begin() as connection:
        tables.empty(connection)
        for name in (table.name for table in tables.inside if table.name in source.manifest.rows):
            tables.load(connection, name, source.rows(name))
        if tables.count(connection) != source.manifest.rows:
            raise click.ClickException("The rows that were read are not those the backup counts.")
    for file in source.files():
        factory.services.files.save(file, limit_bytes=2**63)


def _warn_of_a_broken_log(factory: UnitOfWorkFactory) -> None:
    """Once the schema is the present one: the rows of an older backup lack columns until then."""
    with factory.reading() as uow:
        broken = audit.verify(uow.session)
    if broken is not None:
        click.echo(f"Warning: the audit log is broken at row {broken}, as it was when the backup was made.", err=True)
