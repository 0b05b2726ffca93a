"""`flask status`: what the instance holds and which versions it runs."""

import json
import platform
from datetime import datetime
from importlib.metadata import version

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from marketplace import __version__
from marketplace.alerts.queries import figures
from marketplace.deals.models import Deal
from marketplace.infra import schema
from marketplace.infra.database import Base
from marketplace.infra.outbox import OutboxRow, untaken_since, worker_seen_at
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.needs.models import Need
from marketplace.online.queries import figures as online_figures
from marketplace.results.models import Result
from marketplace.web.context import runtime


def versions() -> dict[str, str]:
    """Versions of the project and of what its data depends on."""
    libraries = {name.lower(): version(name) for name in ("SQLAlchemy", "Whoosh")}
    return {"jiangguo": __version__, "python": platform.python_version(), **libraries}


def status_of(uow: UnitOfWork) -> dict[str, object]:
    """Counts of rows, of indexed documents, of alerts told, of events of the payment processor, and of outbox rows that wait or
    are parked; when a worker was last seen, and since when none takes what waits; migration; versions."""
    parked = OutboxRow.parked_at.is_not(None)
    return {
        "results": _count(uow, Result),
        "needs": _count(uow, Need),
        "deals": _count(uow, Deal),
        "index_documents": sum(index.status().documents for index in uow.services.catalogues.values()),
        "alerts": figures(uow.session),
        "online_payments": online_figures(uow.session),
        "outbox_pending": uow.session.scalar(select(func.count(OutboxRow.id)).where(~parked)) or 0,
        "outbox_parked": uow.session.scalar(select(func.count(OutboxRow.id)).where(parked)) or 0,
        "worker_seen_at": _moment(worker_seen_at(uow.session)),
        "tasks_untaken_since": _moment(untaken_since(uow.session, uow.now())),
        "migration": schema.current(runtime().factory.engine),
        "versions": versions(),
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _count(uow: UnitOfWork, table: type[Base]) -> int:
    return uow.session.scalar(select(func.count()).select_from(table)) or 0


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def command(as_json: bool) -> None:
    """Print counts, the migration and the versions."""
    with runtime().factory.reading() as uow:
        found = status_of(uow)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        shown = ", ".join(f"{key} {one}" for key, one in value.items()) if isinstance(value, dict) else value
        click.echo(f"{name:16} {shown}")
