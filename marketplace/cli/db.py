"""`flask db …`: the schema."""

from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from flask.cli import with_appcontext

from marketplace.web.context import runtime

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def alembic_config(url: str) -> Config:
    """Alembic's configuration for one database, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


@click.group("db")
def group() -> None:
    """The database schema."""


@group.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the schema to the newest migration."""
    command.upgrade(alembic_config(runtime().settings.database), "head")
    click.echo("The schema is up to date.")
