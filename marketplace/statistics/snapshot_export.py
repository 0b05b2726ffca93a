"""Writes a snapshot out for officials: a workbook with every frozen row."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.infra.spreadsheets import Cell, Column, Sheet
from marketplace.statistics.definition import Definition
from marketplace.statistics.desk import Desk, Part
from marketplace.statistics.export import Items, about_sheet, row_sheet, sum_cells
from marketplace.statistics.queries import Value
from marketplace.statistics.records import kind_of
from marketplace.statistics.remarks import remark
from marketplace.statistics.row_queries import CHUNK, Row, named
from marketplace.statistics.rules import Dimension, Figure, Period, Span
from marketplace.statistics.snapshot_queries import (
    FrozenFigure,
    SnapshotPage,
    differences,
    frozen_desk,
    newest_rows,
)
from marketplace.statistics.wording import Wording


def workbook_sheets(session: Session, page: SnapshotPage, url: str, counties: Sequence[str]) -> Iterator[Sheet]:
    """What it is, its figures, their parts, what it corrects, and a sheet of the rows of each figure, which add up to it."""
    said = Wording()
    figures = (
        Column(_("Figure"), 34),
        *_value_columns(),
        Column(_("Remark"), 40),
        Column(_("Definition"), 80),
        Column(_("SHA-256 of its rows"), 66),
    )
    parts = (Column(_("Figure"), 34), Column(_("Cut by"), 26), Column(_("Value of it"), 30), *_value_columns())
    yield about_sheet(_about(page, url))
    yield Sheet(_("Figures"), figures, (_figure(one, page.snapshot.period) for one in page.figures))
    yield Sheet(_("Parts"), parts, _parts(session, page, counties, said))
    if page.corrects:
        values = (_("Value before"), _("Value now"), _("Share of, before"), _("Share of, now"))
        record = (_("Kind of record"), _("Record"), _("Title"), _("Day"), _("On record since"))
        heads = (_("Figure"), _("Kind of change"), *record, *values)
        yield Sheet(_("What differs"), tuple(Column(head, 24) for head in heads), _differences(session, page))
    for one in page.figures:
        name = _("Rows of %(code)s", code=one.definition.code.value)
        yield row_sheet(name, one.definition, _rows(session, page, one))


def each_part(desk: Desk) -> Iterator[tuple[Dimension | Span | None, Value, Part]]:
    """The total (without a dimension), and every part of every table that adds up to it in one list."""
    yield None, None, desk.total
    if not desk.definition.is_stock:
        yield from ((span, part, figure) for span in Span for part, figure in desk.over_time(span))
    for row in desk.counties:
        yield Dimension.SELLER, row.county, row.sold
        yield Dimension.BUYER, row.county, row.bought
    yield from ((cut.dimension, value, figure) for cut in desk.cuts for value, figure in cut.parts)


def _about(page: SnapshotPage, url: str) -> Items:
    one = page.snapshot
    yield _("Title"), one.title
    yield _("Number"), one.number
    yield _("State"), _(one.state.label)
    yield _("Period"), f"{one.first_on} – {one.last_on}"
    yield _("As known at the end of"), page.as_of
    yield _("Frozen by"), page.author
    yield _("Published by"), page.decided_by if page.is_published else None
    yield _("Corrects"), page.corrects.number if page.corrects else None
    if page.corrects and page.corrects.title != one.title:
        yield _("Title of those figures"), page.corrects.title
    yield _("Note for readers"), one.note
    yield _("Page that proves it"), url
    yield "SHA-256", one.sha256


def _figure(one: FrozenFigure, period: Period) -> Sequence[Cell]:
    definition, said = one.definition, remark(one.definition, one.frozen.figure, period)
    return (
        _(definition.code.label),
        *_values(definition, one.frozen.figure),
        _(said) if said else None,
        _(definition.formula),
        one.frozen.rows_sha256,
    )


def _parts(session: Session, page: SnapshotPage, counties: Sequence[str], said: Wording) -> Iterator[Sequence[Cell]]:
    for one in page.figures:
        name = _(one.definition.code.label)
        for dimension, value, figure in each_part(frozen_desk(session, page.snapshot, one, counties)):
            words = (_(dimension.label), said(dimension, value)) if dimension else (_("Total"), "")
            yield name, *words, *_values(one.definition, figure)


def _rows(session: Session, page: SnapshotPage, one: FrozenFigure) -> Iterator[Row]:
    """Read when the sheets before it are written: not all figures' rows are held at once."""
    rows = newest_rows(session, page.snapshot, one)
    for start in range(0, len(rows), CHUNK):
        yield from named(session, rows[start : start + CHUNK])


def _differences(session: Session, page: SnapshotPage) -> Iterator[Sequence[Cell]]:
    for of in differences(session, page):
        definition = page.definition_of(of.code)
        titles = {row.row.source: row.title for row in named(session, [change.row for change in of.changes])}
        for change in of.changes:
            old, new = (_values(definition, row.figure if row else None) for row in (change.old, change.new))
            row, kind = change.row, kind_of(change.row)
            record = (_(kind.label) if kind else _("Deal"), row.source, titles[row.source], row.dated, row.known_at)
            yield (_(of.code.label), _(change.kind.label), *record, old[1], new[1], old[2], new[2])


def _value_columns() -> tuple[Column, ...]:
    heads = (_("Percentage"), _("Value (amounts in yuan)"), _("Share of (amounts in yuan)"), _("How many"))
    return tuple(Column(head, 22) for head in heads)


def _values(definition: Definition, figure: Figure | None) -> tuple[Cell, Cell, Cell, Cell]:
    """Percentage, value, what it is a share of, and number, in the same four columns for every figure."""
    if figure is None:
        return None, None, None, None
    cells = sum_cells(definition, figure)
    return (figure.share, cells[0], cells[1], cells[2]) if definition.is_share else (None, cells[0], None, cells[1])
