"""Reading CSV as people here save it: UTF-8 with or without a mark, or GB18030; comma, semicolon or tab between."""

import codecs
import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from marketplace.infra.tables import RawRow
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

_DELIMITERS = ",\t;"


def read_csv(path: Path) -> Iterator[RawRow]:
    """The rows, numbered as a spreadsheet shows them. Raises InvalidInput when the file is no text."""
    text = _decode(path.read_bytes())
    lines = StringIO(text, newline="")
    return _rows(csv.reader(lines, delimiter=_delimiter(text), skipinitialspace=True, strict=True))


def _rows(reader: Iterator[list[str]]) -> Iterator[RawRow]:
    """A broken row does not end the reading: the reader goes on with the line after it."""
    number = 0
    while True:
        number += 1
        try:
            cells = tuple(cell.strip() for cell in next(reader))
        except StopIteration:
            return
        except csv.Error:
            yield RawRow(number, (), InvalidInput(N_("The quotation marks of this row do not match.")))
            continue
        # An undecodable byte has become a lone surrogate, which no real text holds.
        garbled = any("\udc80" <= char <= "\udcff" for cell in cells for char in cell)
        yield RawRow(
            number, cells, InvalidInput(N_("This row holds characters that cannot be read.")) if garbled else None
        )


def _decode(content: bytes) -> str:
    """Text in whichever of the two encodings leaves fewer bytes unread; one broken byte must not change the choice."""
    if b"\x00" in content:
        raise InvalidInput(N_("This file is no spreadsheet. Save it as .xlsx or .csv and try again."))
    if content.startswith(codecs.BOM_UTF8):
        return content.decode("utf-8-sig", "surrogateescape")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        candidates = [content.decode(encoding, "surrogateescape") for encoding in ("utf-8", "gb18030")]
    return min(candidates, key=_unread)


def _unread(text: str) -> int:
    return len(text) - len(text.encode("utf-8", "ignore").decode("utf-8"))


def _delimiter(text: str) -> str:
    """The separator of the first line that has any: a title may stand above the header, in a line alone."""
    for line in text[:100_000].splitlines()[:2]:
        best = max(_DELIMITERS, key=line.count)
        if best in line:
            return best
    return ","
