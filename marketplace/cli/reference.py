"""`flask reference FOLDER`: writes the pages of the documentation that only repeat what the code declares."""

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from marketplace.benefits.rules import DECLARATION_STATES
from marketplace.confidentiality.rules import CONFIDENTIALITY_STATES
from marketplace.contracts.rules import DOCUMENT_STATES, PAPER_STATES
from marketplace.deals.rules import DEAL_STATES, OFFER_STATES
from marketplace.duplicates.rules import DUPLICATE_STATES
from marketplace.identity.rules import AUTHORITY_STATES, IDENTITY_STATES
from marketplace.kernel.states import Relation, StateTable
from marketplace.listings.rules import CLAIM_STATES, REVISION_STATES
from marketplace.matching.rules import INTEREST_STATES
from marketplace.needs.rules import NEED_STATES
from marketplace.offline.rules import OFFLINE_IMPORT_STATES
from marketplace.online.rules import ACCOUNT_STATES, DISPUTE_STATES, PAGE_STATES
from marketplace.organisations.rules import MEMBERSHIP_STATES, ORGANISATION_STATES
from marketplace.payments.rules import MILESTONE_STATES, RECEIPT_STATES, STATEMENT_STATES
from marketplace.preemptions.rules import PREEMPTION_STATES
from marketplace.registrations.rules import RECORD_STATES, REGISTRATION_STATES, TRANSFER_STATES
from marketplace.results.rules import RESULT_STATES
from marketplace.rewards.rules import PAYOUT_STATES, REWARD_STATES
from marketplace.settings import Settings
from marketplace.standards.rules import PROPOSAL_STATES
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.rules import SNAPSHOT_STATES

GENERATED = "<!-- Written by `flask --app wsgi reference docs`; change the code, not this page. -->"

TABLES: tuple[StateTable[Any], ...] = (
    ORGANISATION_STATES,
    MEMBERSHIP_STATES,
    IDENTITY_STATES,
    AUTHORITY_STATES,
    RESULT_STATES,
    NEED_STATES,
    REVISION_STATES,
    CLAIM_STATES,
    INTEREST_STATES,
    DEAL_STATES,
    OFFER_STATES,
    DOCUMENT_STATES,
    PAPER_STATES,
    PREEMPTION_STATES,
    CONFIDENTIALITY_STATES,
    MILESTONE_STATES,
    RECEIPT_STATES,
    STATEMENT_STATES,
    ACCOUNT_STATES,
    PAGE_STATES,
    DISPUTE_STATES,
    REGISTRATION_STATES,
    RECORD_STATES,
    TRANSFER_STATES,
    OFFLINE_IMPORT_STATES,
    DUPLICATE_STATES,
    REWARD_STATES,
    PAYOUT_STATES,
    DECLARATION_STATES,
    SNAPSHOT_STATES,
    PROPOSAL_STATES,
)

RELATIONS = {
    Relation.AUTHOR: "wrote it, asked for it, or is the person concerned",
    Relation.OWNER: "may act for the party it belongs to (contact or administrator of the unit, or the person himself)",
    Relation.OTHER_SIDE: "may act for the party it is addressed to",
    Relation.PARTY: "may act for either party of the deal",
    Relation.SELLER: "may act for the party that gives the technology",
    Relation.BUYER: "may act for the party that takes it",
    Relation.MAKER: "made the result, and is a party of this text beside seller and buyer",
    Relation.DELEGATE: "member of a party's unit who was given a written power to sign this one text",
    Relation.OFFICIAL: "union official of the county concerned, or of the city",
    Relation.ADMINISTRATOR: "runs the platform; decides nothing about listings or deals",
    Relation.SYSTEM: "the platform itself: a rule, a handler or the schedule",
}


@click.command("reference")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@with_appcontext
def command(folder: Path) -> None:
    """Write settings, commands, API, states, permissions and figures into FOLDER."""
    for name, text in pages(current_app).items():
        (folder / name).write_text(text, encoding="utf-8")
        click.echo(folder / name)


def pages(app: Flask) -> dict[str, str]:
    """Every page by its file name."""
    made = {
        "settings.md": settings(),
        "states.md": states(),
        "permissions.md": permissions(),
        "figures.md": figures(),
        "commands.md": commands(app),
        "api.md": endpoints(app),
    }
    return {name: "\n".join([GENERATED, "", *lines, ""]) for name, lines in made.items()}


def settings() -> Iterator[str]:
    """Every setting with its variable, default and meaning."""
    yield "# Settings"
    yield ""
    yield "Read from the environment at the start of every process. None is needed to try the service."
    yield ""
    yield from _table(
        ("variable", "default", "what it does"),
        (
            (
                f"`JIANGGUO_{name.upper()}`",
                f"`{field.default}`" if field.default != "" else "(empty)",
                field.description or "",
            )
            for name, field in Settings.model_fields.items()
        ),
    )


def states() -> Iterator[str]:
    """One diagram per state table, with the days an open state may rest."""
    yield "# States"
    yield ""
    yield "Every machine is data in its feature's `rules.py`; that table drives the guard, the buttons and this page."
    for table in TABLES:
        yield from ("", f"## {table.name}", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {table.initial.value}")
        for transition in table.transitions:
            for source in sorted(transition.sources):
                yield f"    {source.value} --> {transition.target.value}: {transition.action}"
        for state in sorted(table.terminal()):
            yield f"    {state.value} --> [*]"
        yield "```"
        if table.timers:
            rest = ", ".join(f"{state.value} {days}" for state, days in table.timers)
            yield from ("", f"Days a state may rest before it counts as stalled: {rest}.")


def permissions() -> Iterator[str]:
    """Who may take which action of which table."""
    yield "# Permissions"
    yield ""
    yield "Whatever is not in a table is refused. What a person may not know of answers 404, what he may not do 403."
    yield ""
    yield from _table(("relation", "who that is"), ((f"`{relation}`", text) for relation, text in RELATIONS.items()))
    for table in TABLES:
        yield from ("", f"## {table.name}", "")
        yield from _table(
            ("action", "button", "from", "to", "who", "reason"),
            (
                (
                    f"`{one.action}`",
                    one.label,
                    ", ".join(sorted(state.value for state in one.sources)),
                    one.target.value,
                    ", ".join(sorted(one.who)),
                    "required" if one.reason_required else "",
                )
                for one in table.transitions
            ),
        )


def figures() -> Iterator[str]:
    """Every figure that is reported, in words, with all there is to be known of it."""
    yield "# Figures"
    yield ""
    yield "Each is one object, listed in `marketplace/statistics/definitions.py`; the desk, reports and exports read from it."
    yield "A rung of the ladder (A) is never added to another one. A report says by which version of a definition it was frozen."
    yield "How many letters were signed and how many contracts came into force is the number beside A0 and A1 in every table."
    yield "Months are put together to quarters and years wherever a figure has months."
    for one in DEFINITIONS.values():
        yield from ("", f"## {one.code.label}", "", one.formula, "")
        facts = [
            ("version", str(one.version)),
            ("unit", one.unit.label),
            ("dated by", one.dated_by),
            ("counts", one.counted),
        ]
        facts += [("a share of", one.whole)] if one.whole else []
        facts += [("a stock", "all rows until the end of the period count, whenever it began")] if one.is_stock else []
        facts.append(("may be cut by", ", ".join(dimension.value for dimension in one.dimensions) or "nothing"))
        yield from _table(("", ""), facts)


def commands(app: Flask) -> Iterator[str]:
    """Every command of the command line."""
    yield "# Commands"
    yield ""
    yield "Each is called as `flask --app wsgi …`; `--help` tells its options."
    yield ""
    ours = (command for command in app.cli.commands.values() if _is_ours(command))
    rows = sorted(row for command in ours for row in _commands(command, ""))
    yield from _table(("command", "what it does"), rows)


def _commands(command: click.Command, before: str) -> Iterator[tuple[str, str]]:
    name = f"{before}{command.name}"
    if isinstance(command, click.Group):
        for one in command.commands.values():
            yield from _commands(one, f"{name} ")
        return
    words = " ".join(_word(parameter) for parameter in command.params)
    yield f"`{name}{' ' if words else ''}{words}`", (command.help or "").split("\n\n", maxsplit=1)[0].replace("\n", " ")


def _word(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        value = "" if parameter.is_flag else f" {(parameter.name or '').upper()}"
        return f"[{parameter.opts[-1]}{value}]"
    choices = parameter.type.choices if isinstance(parameter.type, click.Choice) else ()
    return "{" + ",".join(map(str, choices)) + "}" if choices else (parameter.name or "").upper()


def _is_ours(command: click.Command) -> bool:
    """Flask brings commands of its own, and so may a library."""
    inner = next(iter(command.commands.values())) if isinstance(command, click.Group) and command.commands else command
    callback = inspect.unwrap(inner.callback) if inner.callback else None
    return callback is not None and callback.__module__.startswith("marketplace.")


def endpoints(app: Flask) -> Iterator[str]:
    """Every address of the API and of the probes."""
    yield "# API"
    yield ""
    yield "JSON for what the pages show to the same reader. Errors are problem+json (RFC 9457)."
    yield ""
    routes = [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in {"api", "health"}]
    yield from _table(
        ("address", "what it answers"),
        (
            (
                f"`{' '.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'}))} {rule.rule}`",
                _said(app, rule.endpoint),
            )
            for rule in sorted(routes, key=lambda rule: rule.rule)
        ),
    )


def _said(app: Flask, endpoint: str) -> str:
    said = inspect.getdoc(app.view_functions[endpoint]) or ""
    return said.split("\n\n", maxsplit=1)[0].replace("\n", " ")


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        cells = (cell.replace("|", "\\|") for cell in row)
        yield f"| {' | '.join(cells)} |"
