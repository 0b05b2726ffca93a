"""Spreadsheets in and out: one door for CSV and XLSX, told apart by content, never by the name alone.

Nothing here knows what a column means. Text that is written never becomes a formula, whatever a stranger typed.
"""

from pathlib import Path

from marketplace.infra import media
from marketplace.infra.csv_tables import read_csv
from marketplace.infra.tables import Problem, Table, build
from marketplace.infra.xlsx_blocks import write_xlsx, xlsx_blocks
from marketplace.infra.xlsx_tables import read_xlsx
from marketplace.infra.xlsx_writing import Cell, Column, Sheet, escape_cell
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

__all__ = ["Cell", "Column", "Problem", "Sheet", "Table", "escape_cell", "read_table", "write_xlsx", "xlsx_blocks"]

MAX_BYTES = 20 * 1024 * 1024
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # also a new one under a password
_ZIP = b"PK\x03\x04"


def read_table(path: Path, name: str) -> Table:
    """The table in the file at `path` that the person called `name`; rows are read as they are asked for.

    Raises InvalidInput when the file as a whole cannot be taken. A broken row is no such error: see `Table.problems`.
    """
    if path.stat().st_size > MAX_BYTES:
        raise InvalidInput(N_("This file is larger than %(limit)s MB. Choose a smaller one."), limit=MAX_BYTES >> 20)
    with path.open("rb") as file:
        head = file.read(8)
        kind = media.sniff(file)
    if not head:
        raise InvalidInput(N_("This file is empty. Choose another one."))
    if head == _OLD_EXCEL:
        raise InvalidInput(
            N_("“%(name)s” is an old .xls file or under a password. Save it as .xlsx or .csv without one."), name=name
        )
    if kind == media.XLSX:
        return build(read_xlsx(path))
    if head.startswith(_ZIP) or kind not in {media.PLAIN, None}:
        raise InvalidInput(N_("“%(name)s” is no spreadsheet. Save it as .xlsx or .csv and try again."), name=name)
    return build(read_csv(path))
