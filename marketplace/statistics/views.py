"""The desk of figures: one rung at a time, cut by county, industry and month, each number leading to its rows."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO

from flask import Blueprint, Response, render_template, request, url_for

from marketplace.contracts.rules import Basis
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_, Labelled
from marketplace.listings.rules import Industry
from marketplace.statistics import queries
from marketplace.statistics.chart import bar_chart
from marketplace.statistics.desk import Desk, build_desk
from marketplace.statistics.export import workbook
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import DEFINITIONS, Dimension, Period, Rung, year_to
from marketplace.web.access import official, requires
from marketplace.web.context import reading
from marketplace.web.forms import is_member
from marketplace.web.regions import county_choices

blueprint = Blueprint("statistics", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EMPTY = "-"
"""Stands for 未填 in a URL, where an empty argument would mean no filter."""

MEMBERS: Mapping[Dimension, type[Labelled]] = {Dimension.INDUSTRY: Industry, Dimension.BASIS: Basis}
"""Dimensions with a closed list of values."""


@blueprint.get("/desk")
@requires(official)
def desk() -> str:
    """The figures of one rung in a period."""
    with reading() as uow:
        wanted = _filter(uow)
        page = build_desk(uow, wanted, _codes())
    chart = bar_chart([(month, figure.fen) for month, figure in page.months])
    return render_template(
        "statistics/desk.html",
        page=page,
        chart=chart,
        definition=DEFINITIONS[wanted.rung],
        rungs=[(rung, _url("statistics.desk", wanted, rung=rung)) for rung in Rung],
        rows_url=lambda **values: _rows_url(wanted, values),
        export_url=_url("statistics.export", wanted),
    )


@blueprint.get("/desk/rows")
@requires(official)
def rows() -> str:
    """The rows behind a figure."""
    with reading() as uow:
        wanted = _filter(uow, with_values=True)
        found = queries.listed(uow, wanted)
        figure = queries.total(uow, wanted)
    return render_template(
        "statistics/rows.html",
        rows=found,
        figure=figure,
        wanted=wanted,
        definition=DEFINITIONS[wanted.rung],
        industries={member.value: member for member in Industry},
        bases={member.value: member for member in Basis},
        back=_url("statistics.desk", wanted),
    )


@blueprint.get("/desk/figures.xlsx")
@requires(official)
def export() -> Response:
    """Every table of the desk and the rows behind it, as a workbook."""
    stream = BytesIO()
    with reading() as uow:
        wanted = _filter(uow)
        page: Desk = build_desk(uow, wanted, _codes())
        workbook(stream, page, queries.listed(uow, wanted), uow.now())
    name = f"{wanted.rung.value}-{wanted.period.first}-{wanted.period.last}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream.getvalue(), mimetype=XLSX, headers=headers)


def _codes() -> list[str]:
    return [code for code, _name in county_choices()]


def _filter(uow: UnitOfWork, *, with_values: bool = False) -> Filter:
    """What the query string asks for; the year so far where it asks for nothing."""
    rung = request.args.get("rung", Rung.A1.value)
    if not is_member(Rung, rung):
        raise InvalidInput(N_("There is no such figure."), field="rung")
    usual = year_to(china_day(uow.now()))
    period = Period(_day("from", usual.first), _day("to", usual.last))
    asked = [dimension for dimension in Dimension if dimension.value in request.args] if with_values else []
    values = {dimension: _value(dimension, request.args[dimension.value]) for dimension in asked}
    return Filter(Rung(rung), period, values)


def _value(dimension: Dimension, text: str) -> str | None:
    if text == EMPTY:
        return None
    if dimension in MEMBERS and not is_member(MEMBERS[dimension], text):
        raise InvalidInput(N_("There is no such value to choose by."), field=dimension.value)
    return text


def _day(name: str, usual: date) -> date:
    text = request.args.get(name)
    try:
        return date.fromisoformat(text) if text else usual
    except ValueError:
        raise InvalidInput(N_("Write a day as 2026-11-22."), field=name) from None


def _url(endpoint: str, wanted: Filter, **changes: object) -> str:
    arguments = {"rung": wanted.rung.value, "from": wanted.period.first, "to": wanted.period.last, **changes}
    return url_for(endpoint, **arguments)  # type: ignore[arg-type]


def _rows_url(wanted: Filter, values: dict[str, str | None]) -> str:
    chosen = {name: EMPTY if value is None else value for name, value in values.items()}
    return _url("statistics.rows", wanted, **chosen)
