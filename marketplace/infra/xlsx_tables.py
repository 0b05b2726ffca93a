"""Reading XLSX workbooks that strangers made. Formulas are never computed: such a cell gives the formula's own text.

The archive is judged by what it would unfold to before anything is unfolded, and its XML is parsed by defusedxml, which
openpyxl uses where it is installed.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl

from marketplace.infra.tables import MAX_COLUMNS, RawRow
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

MAX_UNFOLDED = 100 * 1024 * 1024  # bytes of all parts together
MAX_PARTS = 1_000
LAST_ROW = 1_048_576  # of any spreadsheet; a higher number is an attack

# What openpyxl lets through for a broken workbook; defusedxml's refusals are ValueErrors.
_BROKEN = (
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    ParseError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def read_xlsx(path: Path) -> Iterator[RawRow]:
    """The rows of the first sheet that is not hidden. Raises InvalidInput when it is not a workbook."""
    try:
        with path.open("rb") as file:
            _guard(file)
            name = _sheet_name(file)
    except _BROKEN:
        raise InvalidInput(N_("This file is called a spreadsheet but cannot be read as one. Save it again.")) from None
    return _rows(path, name)


def _guard(file: BinaryIO) -> None:
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNFOLDED:
        raise InvalidInput(N_("This spreadsheet is too large when unpacked. Divide it."))


def _sheet_name(file: BinaryIO) -> str:
    sheets = openpyxl.load_workbook(file, read_only=True).worksheets
    visible = [sheet.title for sheet in sheets if sheet.sheet_state == "visible"]
    if not visible:
        raise ValueError("no visible sheet")
    return visible[0]


def _rows(path: Path, name: str) -> Iterator[RawRow]:
    """Row by row from the disk. Opened by hand: a stored file has no suffix, which openpyxl asks of a path."""
    number = 0
    with path.open("rb") as file:
        try:
            sheet: Any = openpyxl.load_workbook(file, read_only=True)[name]
            # The size that the file states is not to be relied on; a column beyond the limit shows that there are more.
            sheet.reset_dimensions()
            for row in sheet.iter_rows(max_row=LAST_ROW, max_col=MAX_COLUMNS + 1, values_only=True):
                number += 1
                if row.count(None) < len(row):  # a row that only has a height costs next to nothing
                    yield RawRow(number, tuple(_text(value) for value in row))
        except _BROKEN:
            yield RawRow(number + 1, (), InvalidInput(N_("The file is damaged from this row on. Save it again.")))


def _text(value: object) -> str:
    """What a person sees in the cell, as plainly as can be: whole numbers without a point, days without a time."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return format(value, ".15g")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    formula = getattr(value, "text", None)
    return str(value if formula is None else formula).strip()
