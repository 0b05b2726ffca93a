"""`flask db …`: the schema."""

import click
from flask.cli import with_appcontext

from marketplace.infra import schema
from marketplace.web.context import runtime


@click.group("db")
def group() -> None:
    """The database schema."""


@group.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the schema to the newest migration."""
    schema.upgrade(runtime().settings.database)
    click.echo("The schema is up to date.")
