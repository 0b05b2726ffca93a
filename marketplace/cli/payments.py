"""`flask payments …`: what was paid online."""

import json
from dataclasses import asdict
from datetime import timedelta

import click
from flask.cli import with_appcontext

from marketplace.online.reconciling import DAYS, LONGEST_DAYS, Compared, Difference, compare, note
from marketplace.web.context import runtime


@click.group("payments")
def group() -> None:
    """What was paid online."""


@group.command("reconcile")
@click.option("--days", default=DAYS, type=click.IntRange(1, LONGEST_DAYS), help="How many days to look back.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; amounts in fen.")
@with_appcontext
def reconcile_command(days: int, as_json: bool) -> None:
    """Compare Stripe's list with what is kept here; exits 1 on a difference.

    Events that were never delivered are taken in: the worker follows them, and the next comparison sees it.
    """
    factory = runtime().factory
    if factory.services.processor is None:
        raise click.ClickException("online payment is not set up here")
    with factory.reading() as uow:
        found = compare(uow, uow.now() - timedelta(days=days))
    with factory.writing() as uow:
        note(uow, found)
    click.echo(_as_json(found) if as_json else _as_text(found))
    if found.differences:
        raise SystemExit(1)


def _as_json(found: Compared) -> str:
    figures = {
        "since": found.since.isoformat(timespec="seconds"),
        "payments": found.payments,
        "fetched": len(found.missed),
        "differences": [asdict(one) for one in found.differences],
    }
    return json.dumps(figures, ensure_ascii=False)


def _as_text(found: Compared) -> str:
    head = f"{len(found.differences)} differences" if found.differences else "agreed"
    counts = f"{head}: {found.payments} payments, {len(found.missed)} events fetched"
    return "\n".join([counts, *(_line(one) for one in found.differences)])


def _line(one: Difference) -> str:
    deal = f"deal {one.deal_id}, " if one.deal_id else ""
    return f"{deal}{one.what} {one.number} on {one.account}: {one.processor_fen} at Stripe, {one.rows_fen} here"
