"""`flask import …`: spreadsheets from the command line, with a progress bar."""

from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import with_appcontext

from marketplace.cli.acting import actor_named
from marketplace.kernel.errors import DomainError, InvalidInput
from marketplace.kernel.permissions import SYSTEM, Actor
from marketplace.listings import importing, importing_queries
from marketplace.listings.importing_columns import KINDS
from marketplace.listings.importing_plan import Plan
from marketplace.listings.importing_queries import ProblemRow, SimilarRow
from marketplace.listings.models import ImportRun
from marketplace.listings.rules import ListingKind, ProblemKind
from marketplace.web.context import Runtime, runtime
from marketplace.wiring import INDEXER

KIND_OF = {"results": ListingKind.RESULT, "needs": ListingKind.NEED}
UNREADABLE = 2
SHOWN = 20


@click.command("import")
@click.argument("what", type=click.Choice(sorted(KIND_OF)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Report what would happen and change nothing.")
@click.option("--as", "email", help="E-mail or mobile number of the official who imports; without it the system does.")
@click.option(
    "--with-similar", is_flag=True, help="Import rows too that are nearly the same as a listing that is here."
)
@with_appcontext
def command(what: str, file: Path, dry_run: bool, email: str | None, with_similar: bool) -> None:
    """Publish the rows of a spreadsheet on behalf of their units. Refused rows are listed and do not fail the command.

    Rows that are nearly the same as a listing are held back and listed too.
    """
    house, kind = runtime(), KIND_OF[what]
    try:
        with file.open("rb") as stream:
            sha256 = house.factory.services.files.save(stream, house.settings.upload_limit).sha256
        with house.factory.reading() as uow:
            plan = importing.prepare(uow, KINDS[kind], sha256, file.name)
    except (InvalidInput, OSError) as error:
        click.echo(f"{file}: {error}", err=True)
        raise SystemExit(UNREADABLE) from None
    choices = {str(row.number): True for row in plan.rows if row.near} if with_similar else {}
    try:
        actor = actor_named(house.factory, email) if email else SYSTEM
        with house.factory.writing(actor) as uow:
            run = importing.open_run(uow, kind, sha256, file.name, dry_run, choices)
        run = _step_through(house, actor, run, plan)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    _report(house, run)
    if not dry_run:
        click.echo("Working through what follows from it …")
        INDEXER.heal_all(house.factory)
        house.worker.drain()


def _step_through(house: Runtime, actor: Actor, run: ImportRun, plan: Plan) -> ImportRun:
    label = "Trying" if run.dry_run else "Importing"
    with click.progressbar(length=len(plan.rows), label=label) as bar:
        while run.finished_at is None:
            before = run.done
            with house.factory.writing(actor) as uow:
                run = importing.step(uow, run.id, KINDS[run.kind], plan)
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
        _list(run, [(row, "") for row in importing_queries.problems(uow.session, run.id, ProblemKind.REFUSED)])
        click.echo(f"{would}held back as nearly the same {run.held} (--with-similar imports them)")
        similar = importing_queries.similar_rows(uow.session, run)
        _list(run, [(one, _end(row, one)) for row in similar for one in row.near])


def _list(run: ImportRun, said: Sequence[tuple[ProblemRow, str]]) -> None:
    """The first of them, with what is to be added to the message of each."""
    for problem, end in said[:SHOWN]:
        where = f"row {problem.row}" + (f", column {problem.column}" if problem.column else "")
        click.echo(f"  {where}: {problem.message % problem.params if problem.params else problem.message}{end}")
    if len(said) > SHOWN:
        click.echo(f"  … and {len(said) - SHOWN} more; the page of import {run.id} lists them all")


def _end(row: SimilarRow, one: ProblemRow) -> str:
    listing = f" Number {one.listing_id}, “{one.listing_title}”." if one.listing_id else ""
    return f"{listing} {'Imported.' if row.is_taken else 'Held back.'}"
