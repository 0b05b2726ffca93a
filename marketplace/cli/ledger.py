"""`flask ledger …`: the double-entry ledger."""

import json
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from marketplace.statistics.ledger_check import Checked, check
from marketplace.web.context import runtime


@click.group("ledger")
def group() -> None:
    """The double-entry ledger."""


@group.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; amounts in fen.")
@with_appcontext
def check_command(as_json: bool) -> None:
    """Count every amount twice, from the rows and from the ledger; exits 1 on a difference."""
    with runtime().factory.reading() as uow:
        found = check(uow.session)
    click.echo(_as_json(found) if as_json else _as_text(found))
    if not found.is_balanced:
        raise SystemExit(1)


def _as_json(found: Checked) -> str:
    differences = [asdict(one) for one in found.differences]
    figures = {"balanced": found.is_balanced, "accounts": found.accounts, **found.sums, "differences": differences}
    return json.dumps(figures, ensure_ascii=False)


def _as_text(found: Checked) -> str:
    sums = ", ".join(f"{rung} {fen // 100:,}.{fen % 100:02d} yuan" for rung, fen in found.sums.items())
    head = "balanced" if found.is_balanced else f"{len(found.differences)} differences"
    lines = [
        f"deal {one.deal_id}, {one.figure}: {one.rows_fen} fen by the rows, {one.ledger_fen} by the ledger"
        for one in found.differences
    ]
    return "\n".join([f"{head}: {found.accounts} accounts, {sums}", *lines])
