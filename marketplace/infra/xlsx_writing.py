"""Writing XLSX workbooks row by row, so that a long export costs no memory.

Text that people typed is written as text and nothing else; numbers, days and amounts stay what they are, so that
whoever opens the file can add them up.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from marketplace.infra.tables import MAX_CELL
from marketplace.kernel.clock import CHINA
from marketplace.kernel.money import Money

Cell = str | int | Decimal | Money | date | None

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMATS = {"head": {"bold": True}, "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm", "yuan": "#,##0.00"}


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


def write_xlsx(stream: BinaryIO, sheets: Iterable[Sheet]) -> None:
    """Write a workbook. Text is escaped; Money becomes a number in yuan, a moment becomes Chinese time."""
    with xlsxwriter.Workbook(stream, _OPTIONS) as book:
        formats = {
            name: book.add_format(look if isinstance(look, dict) else {"num_format": look})
            for name, look in _FORMATS.items()
        }
        for sheet in sheets:
            _write(book, sheet, formats)


def _write(book: Workbook, sheet: Sheet, formats: dict[str, Format]) -> None:
    page = book.add_worksheet(_tab(sheet.name))
    page.freeze_panes(1, 0)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
        page.write_string(0, place, escape_cell(column.title), formats["head"])
    for number, cells in enumerate(sheet.rows, start=1):
        for place, cell in enumerate(cells):
            _write_cell(page, number, place, cell, formats)


def _write_cell(page: Worksheet, row: int, column: int, cell: Cell, formats: dict[str, Format]) -> None:
    match cell:
        case None | "":
            return
        case Money():
            page.write_number(row, column, Fraction(cell.fen, 100), formats["yuan"])
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
