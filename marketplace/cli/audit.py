"""`flask audit …`: the chain of facts."""

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from marketplace.audit import service
from marketplace.audit.models import AuditRow
from marketplace.web.context import runtime


@click.group("audit")
def group() -> None:
    """The audit log."""


@group.command("verify")
@with_appcontext
def verify() -> None:
    """Check every link of the chain; exits 1 and names the first row that does not fit."""
    with runtime().factory.reading() as uow:
        broken = service.verify(uow.session)
        rows = uow.session.scalar(select(func.count()).select_from(AuditRow)) or 0
    if broken is not None:
        click.echo(f"broken at row {broken}")
        raise SystemExit(1)
    click.echo(f"whole: {rows} rows")
