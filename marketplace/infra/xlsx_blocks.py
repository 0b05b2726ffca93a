"""Writing XLSX workbooks block by block: a long export costs no memory, and whoever waits for it sees it come.

XlsxWriter knows a workbook only as a whole. So it writes the book with all headings and no rows, and then the rows a thousand at
a time into small books of their own; what it has written for rows is put into the place where they belong, while the ZIP is sent.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZipFile

from marketplace.infra.xlsx_writing import SHEET_END, Cell, Sheet, frame, rows_from

CHUNK = 1000
"""Rows that are held at a time."""

_LOOKS_ROW = b'<row r="2"'
_DIMENSION = re.compile(rb"<dimension [^>]*/>")
"""How many rows there are is not known before they are written, and need not be said."""


def write_xlsx(stream: BinaryIO, sheets: Iterable[Sheet]) -> None:
    """Write a workbook. Text is escaped; Money becomes a number in yuan, a moment becomes Chinese time."""
    stream.writelines(xlsx_blocks(sheets))


def xlsx_blocks(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """The same workbook as it is written; rows are asked for only when what came before them has been taken."""
    pages = list(sheets)
    empty, outgoing = ZipFile(BytesIO(frame(pages))), _Outgoing()
    rows = {f"xl/worksheets/sheet{number}.xml": page.rows for number, page in enumerate(pages, start=1)}
    with ZipFile(cast(BinaryIO, outgoing), "w", ZIP_DEFLATED) as book:
        for name in empty.namelist():
            head, cut, tail = empty.read(name).partition(_LOOKS_ROW if name in rows else b"\0")
            with book.open(name, "w") as part:
                part.write(_DIMENSION.sub(b"", head))
                for block in _row_blocks(rows.get(name, ())):
                    part.write(block)
                    yield outgoing.taken()
                if cut:
                    part.write(SHEET_END + tail.partition(SHEET_END)[2])
    yield outgoing.taken()


@dataclass
class _Outgoing:
    """Where the ZIP is written: what has not been taken yet."""

    waiting: list[bytes] = field(default_factory=list)

    def write(self, block: bytes) -> int:
        self.waiting.append(bytes(block))
        return len(block)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        waiting, self.waiting = self.waiting, []
        return b"".join(waiting)


def _row_blocks(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """What stands in a sheet for its rows, from the second row on."""
    left, first = iter(rows), 1
    while chunk := list(islice(left, CHUNK)):
        yield rows_from(first, chunk)
        first += len(chunk)
