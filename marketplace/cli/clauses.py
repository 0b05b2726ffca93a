"""`flask clauses …`: all standard texts as a file, and back as proposals."""

from datetime import date, datetime
from pathlib import Path
from typing import TextIO

import click
from flask.cli import with_appcontext

from marketplace.cli.acting import actor_named
from marketplace.contracts.marking import How, Paragraph
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import DomainError
from marketplace.standards import exchange
from marketplace.standards.exchange import Outcome
from marketplace.web.context import runtime

_MARKS = {How.KEPT: "{}", How.GONE: "[-{}-]", How.NEW: "{{+{}+}}"}


@click.group("clauses")
def group() -> None:
    """The standard texts that documents are drafted from."""


@group.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=False), default="-")
@with_appcontext
def export_command(file: TextIO) -> None:
    """Write the newest version of every text into FILE as JSON, or print it."""
    with runtime().factory.reading() as uow:
        file.write(exchange.export(uow.session))


class _OnlyLooked(Exception):
    """Takes back what was proposed to see what would become of it."""


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as", "contact", required=True, help="E-mail or mobile number of the administrator who proposes.")
@click.option("--reason", required=True, help="Why the texts change; it stands in every proposal.")
@click.option(
    "--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), help="Valid from this day on; today if left out."
)
@click.option("--dry-run", is_flag=True, help="Print what would be proposed and change nothing.")
@with_appcontext
def import_command(file: Path, contact: str, reason: str, valid_from: datetime | None, dry_run: bool) -> None:
    """Propose what differs in FILE from the newest versions; somebody else approves each. Exits 1 when a text is refused."""
    factory, outcomes = runtime().factory, list[Outcome]()
    actor = actor_named(factory, contact)
    try:
        incoming = exchange.read(file.read_text(encoding="utf-8"))
        with factory.writing(actor) as uow:
            outcomes += exchange.propose_all(uow, incoming, _day(valid_from, uow.now()), reason)
            if dry_run:
                raise _OnlyLooked
    except _OnlyLooked:
        pass
    except (DomainError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from None
    _report(outcomes, len(incoming), dry_run)


def _day(typed: datetime | None, now: datetime) -> date:
    return typed.date() if typed else china_day(now)


def _report(outcomes: list[Outcome], count: int, dry_run: bool) -> None:
    for one in outcomes:
        old, new = one.heading
        click.echo(f"{one.slot}: {old}" + (f" -> {new}" if old != new else ""))
        for paragraph in one.changes:
            if any(piece.how is not How.KEPT for piece in paragraph.pieces):
                click.echo(f"    {_shown(paragraph)}")
        word = "would be proposed" if dry_run else f"proposal {one.proposal_id}"
        click.echo(f"  refused: {one.refusal}" if one.refusal else f"  {word}")
    refused = sum(1 for one in outcomes if one.refusal)
    click.echo(f"{count} texts read, {len(outcomes)} differ, {refused} refused.")
    if refused:
        raise SystemExit(1)


def _shown(paragraph: Paragraph) -> str:
    return "".join(_MARKS[piece.how].format(piece.text) for piece in paragraph.pieces)
