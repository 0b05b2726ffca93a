"""What has changed lately: five figures with the rows that have come on record since a day, for the desk and the phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template, url_for

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.statistics import row_queries
from marketplace.statistics.blueprint import blueprint
from marketplace.statistics.lately import Lately, lately, week_before
from marketplace.statistics.leading import Lead, leads
from marketplace.statistics.row_queries import Row
from marketplace.statistics.rules import FigureCode, Period, year_to
from marketplace.web.access import official, requires
from marketplace.web.arguments import day_asked
from marketplace.web.context import reading

FIGURES = (FigureCode.A1, FigureCode.A2, FigureCode.A4, FigureCode.A6, FigureCode.C4)
ROWS = 5
"""Rows of each figure; the others are one tap away."""


@dataclass(frozen=True)
class Section:
    """A figure with the newest of its new rows; `leads` is where the record of each is shown, `url` where all of them stand."""

    figure: Lately
    rows: list[Row]
    leads: Mapping[str, Lead]
    url: str


@blueprint.get("/desk/changes")
@requires(official)
def changes() -> str:
    """What this year's figures have changed by since a day, the last seven days unless another is asked for."""
    with reading() as uow:
        today = china_day(uow.now())
        since = day_asked("since", week_before(today))
        if since > today:
            raise InvalidInput(N_("What will be known on a later day cannot be told today."), field="since")
        period = year_to(today)
        sections = [_section(uow, code, period, since) for code in FIGURES]
    return render_template(
        "statistics/changes.html",
        sections=sections,
        period=period,
        since=since,
        today=today,
        choices=[
            (N_("Since yesterday"), today - timedelta(days=1)),
            (N_("Seven days"), week_before(today)),
            (N_("Thirty days"), today - timedelta(days=29)),
        ],
    )


def _section(uow: UnitOfWork, code: FigureCode, period: Period, since: date) -> Section:
    one = lately(uow, code, period, since)
    rows = row_queries.named(uow.session, one.fresh.latest(ROWS).rows())
    url = url_for("statistics.rows", figure=code.value, since=since.isoformat())
    return Section(one, rows, leads(uow, (row.row for row in rows)), url)
