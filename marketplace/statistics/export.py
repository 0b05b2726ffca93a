"""Writes the desk as a workbook: a sheet per table and a sheet of the rows they were added up from."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import BinaryIO

from flask_babel import gettext as _

from marketplace.infra.spreadsheets import Cell, Column, Sheet, write_xlsx
from marketplace.kernel.money import Money
from marketplace.statistics.desk import Desk
from marketplace.statistics.queries import Figure, Row
from marketplace.statistics.rules import DEFINITIONS
from marketplace.web.regions import county_name


def workbook(stream: BinaryIO, desk: Desk, rows: Sequence[Row], at: datetime) -> None:
    """Write the workbook in the reader's language. `at` is the moment the figures are as of."""
    amount, count = Column(_("Amount (yuan)"), 18), Column(_("Signings"), 10)
    sheets = (
        Sheet(_("About"), (Column(_("Item"), 24), Column(_("Content"), 90)), _about(desk, at)),
        Sheet(
            _("By county"),
            (Column(_("County"), 22), *_pairs(_("As seller")), *_pairs(_("As buyer")), *_pairs(_("Within the county"))),
            _counties(desk),
        ),
        Sheet(
            _("By industry"),
            (Column(_("Industry of the result"), 24), amount, count),
            _cut([(_(industry.label) if industry else _("Not given"), figure) for industry, figure in desk.industries]),
        ),
        Sheet(_("By month"), (Column(_("Month"), 12), amount, count), _cut(desk.months)),
        Sheet(
            _("Electronic or paper"),
            (Column(_("Basis"), 16), amount, count),
            _cut([(_(basis.label), figure) for basis, figure in desk.bases]),
        ),
        Sheet(_("Rows"), tuple(Column(title, 20) for title in _row_titles()), (_row(row) for row in rows)),
    )
    write_xlsx(stream, sheets)


def _about(desk: Desk, at: datetime) -> Iterable[Sequence[Cell]]:
    definition, period = DEFINITIONS[desk.wanted.rung], desk.wanted.period
    yield _("Figure"), _(definition.rung.label)
    yield _("Definition"), _(definition.formula)
    yield _("Dated by"), _(definition.dated_by)
    yield _("Period"), f"{period.first} – {period.last}"
    yield _("As of"), at
    yield _("Total (yuan)"), Money(desk.total.fen)
    yield _("Signings"), desk.total.count


def _pairs(title: str) -> tuple[Column, Column]:
    return Column(_("%(title)s (yuan)", title=title), 20), Column(_("%(title)s (signings)", title=title), 18)


def _cells(*figures: Figure) -> tuple[Cell, ...]:
    return tuple(cell for figure in figures for cell in (Money(figure.fen), figure.count))


def _counties(desk: Desk) -> Iterable[Sequence[Cell]]:
    for row in desk.counties:
        yield county_name(row.county) or _("Not given"), *_cells(row.sold, row.bought, row.within)
    yield _("City, every deal once"), *_cells(desk.total, desk.total, desk.within)


def _cut(parts: Iterable[tuple[str, Figure]]) -> Iterable[Sequence[Cell]]:
    total = Figure()
    for name, figure in parts:
        total = Figure(total.fen + figure.fen, total.count + figure.count)
        yield name, *_cells(figure)
    yield _("Total"), *_cells(total)


def _row_titles() -> tuple[str, ...]:
    return (
        _("Deal"),
        _("Title"),
        _("Seller"),
        _("County of the seller"),
        _("Buyer"),
        _("County of the buyer"),
        _("Industry of the result"),
        _("Day"),
        _("Basis"),
        _("Amount (yuan)"),
    )


def _row(row: Row) -> Sequence[Cell]:
    return (
        row.deal_id,
        row.title,
        row.seller_name,
        county_name(row.seller) or _("Not given"),
        row.buyer_name,
        county_name(row.buyer) or _("Not given"),
        _(row.industry.label) if row.industry else _("Not given"),
        row.dated,
        _(row.basis.label),
        Money(row.fen),
    )
