"""Sheets and their cells as XlsxWriter writes them: the frame of a workbook, and rows to stand in it.

Text that people typed is written as text and nothing else; numbers, days and amounts stay what they are, so that
whoever opens the file can add them up.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from zipfile import ZipFile

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from marketplace.infra.tables import MAX_CELL
from marketplace.kernel.clock import CHINA
from marketplace.kernel.money import Money

Cell = str | int | Decimal | Money | Fraction | date | None
"""A Fraction is a share of one and stands as a percentage."""

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
SHEET_END = b"</sheetData>"

_FORMATS = {
    "head": {"bold": True},
    "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
    "yuan": "#,##0.00",
    "share": "0.0%",
}


@dataclass(frozen=True)
class Column:
    """A heading that names its unit where there is one, such as `签约金额（元）`, and a width in characters."""

    title: str
    width: int = 16


@dataclass(frozen=True)
class Sheet:
    """One sheet: its tab, its columns, and rows with a cell for each of them."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


def escape_cell(text: str) -> str:
    """Put an apostrophe before what a spreadsheet program would take for a formula (= + - @, tab, return)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def frame(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with the headings of its sheets; the second row of each holds the looks, and is to be replaced by the rows."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        formats = _formats(book)
        for sheet in sheets:
            page = book.add_worksheet(_tab(sheet.name))
            page.freeze_panes(1, 0)
            for place, column in enumerate(sheet.columns):
                page.set_column(place, place, column.width)
                page.write_string(0, place, escape_cell(column.title), formats["head"])
            _write_looks(page, 1, formats)
    return out.getvalue()


def rows_from(first: int, rows: Sequence[Sequence[Cell]]) -> bytes:
    """What stands in a sheet for some of its rows, of which the first follows so many others."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        formats, page = _formats(book), book.add_worksheet()
        _write_looks(page, 0, formats)
        for number, cells in enumerate(rows, start=first):
            for place, cell in enumerate(cells):
                _write_cell(page, number, place, cell, formats)
    sheet = ZipFile(out).read("xl/worksheets/sheet1.xml")
    return sheet.partition(b"</row>")[2].partition(SHEET_END)[0]


def _formats(book: Workbook) -> dict[str, Format]:
    looks = {name: look if isinstance(look, dict) else {"num_format": look} for name, look in _FORMATS.items()}
    return {name: book.add_format(look) for name, look in looks.items()}


def _write_looks(page: Worksheet, row: int, formats: dict[str, Format]) -> None:
    """A cell of each look: they are numbered in the order of their first use, and must have the same number in every book."""
    for place, look in enumerate(formats.values()):
        page.write_blank(row, place, None, look)


def _write_cell(page: Worksheet, row: int, column: int, cell: Cell, formats: dict[str, Format]) -> None:
    match cell:
        case None | "":
            return
        case Money():
            page.write_number(row, column, Fraction(cell.fen, 100), formats["yuan"])
        case Fraction():
            page.write_number(row, column, cell, formats["share"])
        case datetime():
            page.write_datetime(row, column, cell.astimezone(CHINA).replace(tzinfo=None), formats["moment"])
        case date():
            page.write_datetime(row, column, datetime.combine(cell, time()), formats["day"])
        case str():
            page.write_string(row, column, escape_cell(cell)[:MAX_CELL])
        case _:
            page.write_number(row, column, Fraction(cell))


def _tab(name: str) -> str:
    """A tab's name has 31 characters and none of those that mean something in a reference."""
    return re.sub(r"[\[\]:*?/\\']", " ", name)[:31].strip() or "Sheet"
