"""`flask import …`: spreadsheets from the command line, with a progress bar."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import DomainError, InvalidInput
from marketplace.kernel.permissions import SYSTEM, Actor
from marketplace.listings import importing
from marketplace.listings.importing_columns import KINDS
from marketplace.listings.importing_plan import Plan
from marketplace.listings.models import ImportProblem, ImportRun
from marketplace.listings.rules import ListingKind
from marketplace.organisations.actors import actor_of
from marketplace.web.context import Runtime, runtime

KIND_OF = {"results": ListingKind.RESULT, "needs": ListingKind.NEED}
UNREADABLE = 2
SHOWN = 20


@click.command("import")
@click.argument("what", type=click.Choice(sorted(KIND_OF)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Report what would happen and change nothing.")
@click.option("--as", "email", help="E-mail or mobile number of the official who imports; without it the system does.")
@with_appcontext
def command(what: str, file: Path, dry_run: bool, email: str | None) -> None:
    """Publish the rows of a spreadsheet on behalf of their units. Refused rows are listed and do not fail the command."""
    house, kind = runtime(), KIND_OF[what]
    try:
        with file.open("rb") as stream:
            sha256 = house.factory.services.files.save(stream, house.settings.upload_limit).sha256
        plan = importing.plan_of(house.factory.services, house.factory.clock, KINDS[kind], sha256, file.name)
    except (InvalidInput, OSError) as error:
        click.echo(f"{file}: {error}", err=True)
        raise SystemExit(UNREADABLE) from None
    try:
        run = _run(house, _actor(house.factory, email), kind, sha256, file.name, dry_run, plan)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    _report(house, run)
    if not dry_run:
        click.echo("Working through what follows from it …")
        house.worker.drain()


def _actor(factory: UnitOfWorkFactory, contact: str | None) -> Actor:
    if contact is None:
        return SYSTEM
    with factory.reading() as uow:
        user = _user(uow.session, contact)
        if user is None:
            raise click.ClickException(f"There is no account {contact}.")
        return actor_of(uow.session, user)


def _user(session: Session, contact: str) -> User | None:
    return session.scalar(
        select(User).where((User.email == contact.strip().lower()) | (User.mobile == contact.strip()))
    )


def _run(
    house: Runtime, actor: Actor, kind: ListingKind, sha256: str, name: str, dry_run: bool, plan: Plan
) -> ImportRun:
    with house.factory.writing(actor) as uow:
        run = importing.open_run(uow, kind, sha256, name, dry_run)
    label = "Trying" if dry_run else "Importing"
    with click.progressbar(length=len(plan.rows), label=label) as bar:
        while run.finished_at is None:
            before = run.done
            with house.factory.writing(actor) as uow:
                run = importing.step(uow, run.id, KINDS[kind], plan)
            bar.update(run.done - before)
    return run


def _report(house: Runtime, run: ImportRun) -> None:
    click.echo(f"columns read: {', '.join(run.columns)}")
    if run.ignored_columns:
        click.echo(f"columns ignored: {', '.join(run.ignored_columns)}")
    would = "would be " if run.dry_run else ""
    click.echo(f"{would}created {run.created} (of these without text {run.incomplete})")
    click.echo(f"{would}skipped as duplicates {run.duplicates}")
    click.echo(f"{would}refused {run.refused}")
    with house.factory.reading() as uow:
        mine = (ImportProblem.run_id == run.id, ImportProblem.is_duplicate.is_(False))
        count = uow.session.scalar(select(func.count(ImportProblem.id)).where(*mine)) or 0
        shown = uow.session.scalars(select(ImportProblem).where(*mine).order_by(ImportProblem.row).limit(SHOWN))
        for problem in shown:
            where = f"row {problem.row}" + (f", column {problem.column}" if problem.column else "")
            click.echo(f"  {where}: {problem.message % problem.params if problem.params else problem.message}")
    if count > SHOWN:
        click.echo(f"  … and {count - SHOWN} more; the page of import {run.id} lists them all")
