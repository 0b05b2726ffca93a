"""The desk of figures: one figure at a time, cut by all that it has, each number leading to its rows."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from flask import Response, render_template

from marketplace.infra.media import XLSX
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.statistics import change_views, row_queries, snapshot_files, snapshot_views, wall_views
from marketplace.statistics.adding import cut, picked
from marketplace.statistics.apart import apart
from marketplace.statistics.asking import address, as_of_day, asked, asked_span, since_day
from marketplace.statistics.blueprint import blueprint
from marketplace.statistics.chart import chart_of
from marketplace.statistics.completeness import completeness
from marketplace.statistics.definition import Definition
from marketplace.statistics.desk import arrange
from marketplace.statistics.export import workbook
from marketplace.statistics.leading import leads
from marketplace.statistics.policy import figures_for
from marketplace.statistics.queries import Filter
from marketplace.statistics.remarks import desk_remark
from marketplace.statistics.rules import WIDE, Dimension, Figure, Period, Span
from marketplace.statistics.wording import OVER_TIME, Wording, wording_for
from marketplace.web.access import official, requires
from marketplace.web.context import reading
from marketplace.web.paging import Paging, page_number
from marketplace.web.regions import county_codes
from marketplace.web.sending import send_streamed

__all__ = ["blueprint", "change_views", "snapshot_files", "snapshot_views", "wall_views"]


@blueprint.get("/desk")
@requires(official)
def desk() -> str:
    """One figure in a period, by all that it may be cut by."""
    with reading() as uow:
        wanted = asked(uow)
        span = asked_span(wanted.definition)
        columns = picked(uow, wanted)
        page = arrange(wanted.definition, wanted.period, columns, county_codes())
        complete = completeness(uow, wanted, columns)
        beside = apart(uow, wanted, columns)
        is_today = as_of_day(wanted) == china_day(uow.now())
        shown = figures_for(uow.actor)
    return render_template(
        "statistics/desk.html",
        page=page,
        remark=desk_remark(page),
        complete=complete,
        beside=beside,
        is_today=is_today,
        chart=chart_of(wanted.definition, page.over_time(span)),
        span=span,
        over=OVER_TIME[wanted.definition.is_stock, span],
        over_parts=page.over_time(span),
        over_url=_over_url(wanted, span),
        spans=[
            (one, OVER_TIME[wanted.definition.is_stock, one], address("statistics.desk", wanted, over=one.value))
            for one in Span
        ],
        definition=wanted.definition,
        figures=[(one, _figure_url(wanted, one, span)) for one in shown],
        as_of=as_of_day(wanted),
        said=Wording(),
        wide=[
            (one, address("statistics.parts", wanted, by=one.value))
            for one in wanted.definition.dimensions
            if one in WIDE
        ],
        rows_url=lambda **values: address("statistics.rows", wanted, values),
        url_by=lambda name: lambda value: address("statistics.rows", wanted, {name: value}),
        export_url=address("statistics.export", wanted),
        row_count=len(columns),
    )


def _figure_url(wanted: Filter, other: Definition, span: Span) -> str:
    """Leads to another figure of the same days. What is dated by the year has nothing in one that is not over."""
    period = wanted.period
    if other.span is Span.YEAR:
        period = Period(min(period.first, date(period.last.year - 1, 1, 1)), period.last)
    over = {"over": span.value} if span not in {wanted.definition.span, other.span} else {}
    return address("statistics.desk", replace(wanted, definition=other, period=period), None, **over)


def _over_url(wanted: Filter, span: Span) -> Callable[[str], str] | None:
    """Leads from a month, quarter or year to its rows. How things stood has none of its own: its rows are all before."""
    if wanted.definition.is_stock:
        return None
    if span is Span.MONTH:
        return lambda month: address("statistics.rows", wanted, {"month": month})

    def url(part: str) -> str:
        within = wanted.period.within(span, part)
        return address("statistics.rows", replace(wanted, period=within))

    return url


@blueprint.get("/desk/<any(organisation, base, unit):by>")
@requires(official)
def parts(by: str) -> str:
    """A figure by a dimension with very many values, the largest parts first."""
    dimension = Dimension(by)
    with reading() as uow:
        wanted = asked(uow)
        found = cut(uow, wanted, dimension) if dimension in wanted.definition.dimensions else {}
        ordered = sorted(found.items(), key=lambda part: (part[0] is None, -part[1].value, str(part[0])))
        paging = Paging(page_number(), row_queries.PAGE, len(ordered))
        shown = ordered[paging.offset : paging.offset + paging.size]
        said = wording_for(uow.session, [(dimension, value) for value, _ in shown])
    return render_template(
        "statistics/parts.html",
        dimension=dimension,
        parts=shown,
        total=Figure.sum(found.values()),
        paging=paging,
        definition=wanted.definition,
        wanted=wanted,
        as_of=as_of_day(wanted),
        said=said,
        rows_url=lambda value: address("statistics.rows", wanted, {by: value}),
        back=address("statistics.desk", wanted),
    )


@blueprint.get("/desk/rows")
@requires(official)
def rows() -> str:
    """The rows behind a figure, a page at a time."""
    with reading() as uow:
        wanted = asked(uow, with_values=True)
        columns = picked(uow, wanted)
        paging = Paging(page_number(), row_queries.PAGE, len(columns))
        found = row_queries.page_of(uow.session, columns, paging.offset)
        said = wording_for(uow.session, wanted.values.items())
        led = leads(uow, (one.row for one in found))
    return render_template(
        "statistics/rows.html",
        rows=found,
        leads=led,
        since=since_day(wanted),
        figure=columns.total(),
        paging=paging,
        wanted=wanted,
        as_of=as_of_day(wanted),
        definition=wanted.definition,
        said=said,
        back=address("statistics.desk", wanted),
        export_url=address("statistics.export", wanted, {one.value: value for one, value in wanted.values.items()}),
    )


@blueprint.get("/desk/figures.xlsx")
@requires(official)
def export() -> Response:
    """Every table of the desk and the rows behind it, as a workbook."""
    with reading() as uow:
        wanted = asked(uow, with_values=True)

    def blocks(uow: UnitOfWork) -> Iterator[bytes]:
        columns = picked(uow, wanted)
        page = arrange(wanted.definition, wanted.period, columns, county_codes())
        return workbook(wanted, page, row_queries.each(uow.session, columns))

    return send_streamed(
        blocks, XLSX, f"{wanted.definition.code.value}-{wanted.period.first}-{wanted.period.last}.xlsx"
    )
