"""`flask audit …`: the chain of facts."""

from collections.abc import Sequence

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from marketplace.audit import anchors, service
from marketplace.audit.anchors import Anchor
from marketplace.audit.models import AuditRow
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.web.context import runtime


@click.group("audit")
def group() -> None:
    """The audit log."""


@group.command("verify")
@click.option("--anchor", "given", multiple=True, metavar="ROW:HASH", help="Where the log ended one day, from a mail.")
@with_appcontext
def verify(given: Sequence[str]) -> None:
    """Check every link of the chain, every anchor and its time stamp; exits 1 and names the first row that does not fit."""
    try:
        wanted = [*anchors.kept(runtime().settings.anchors_file), *map(Anchor.read, given)]
    except ValueError as error:
        raise click.ClickException(f"An anchor cannot be read: {error}") from None
    with runtime().factory.reading() as uow:
        problem = _problem(uow, wanted)
        rows = uow.session.scalar(select(func.count()).select_from(AuditRow)) or 0
    if problem:
        click.echo(problem)
        raise SystemExit(1)
    click.echo(f"whole: {rows} rows, {len(set(wanted))} anchors")


def _problem(uow: UnitOfWork, wanted: Sequence[Anchor]) -> str:
    broken = service.verify(uow.session)
    if broken is not None:
        return f"broken at row {broken}"
    other = anchors.first_that_differs(uow.session, wanted)
    if other is not None:
        return f"rewritten: row {other.row_id} is not the one of anchor {other}"
    roots, file = uow.services.stamps.roots, uow.settings.anchors_file
    unproved = anchors.first_badly_stamped(anchors.stamps_kept(file), roots)
    return (
        f"not proved: the time stamp of anchor {unproved} is not one of an authority whose root is set"
        if unproved
        else ""
    )
