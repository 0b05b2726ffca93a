"""`flask snapshots …`: figures that were frozen."""

import json
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from marketplace.statistics.proving import verify
from marketplace.web.context import runtime


@click.group("snapshots")
def group() -> None:
    """Figures that were frozen."""


@group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def verify_command(as_json: bool) -> None:
    """Reckon every frozen figure again, from its rows and by its definition; exits 1 naming what differs."""
    with runtime().factory.reading() as uow:
        checked, problems = verify(uow)
    if as_json:
        click.echo(json.dumps({"checked": checked, "failed": [asdict(one) for one in problems]}, ensure_ascii=False))
    else:
        for one in problems:
            click.echo(f"{one.snapshot} {one.figure}: {one.problem}")
        click.echo(f"{checked} snapshots, {len(problems)} problems")
    if problems:
        raise SystemExit(1)
