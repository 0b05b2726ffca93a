"""A table as a person keeps it in a spreadsheet, whatever file it came in: columns, rows, and what could not be read.

The limits hold for every format. What a column means is for the importer to know.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

MAX_ROWS = 50_000
MAX_COLUMNS = 100
MAX_CELL = 32_767  # characters; what a spreadsheet's cell can hold

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """A row that was not read: its number as the spreadsheet shows it, the column where one is to blame, and why."""

    row: int
    column: str | None
    reason: InvalidInput


@dataclass(frozen=True)
class RawRow:
    """One row as a reader found it; `fault` stands where its cells could not be read."""

    number: int
    cells: Cells
    fault: InvalidInput | None = None


@dataclass(frozen=True)
class Table:
    """The columns by their headers, and the rows by number; blank rows are left out.

    `rows` can be read once. `problems` fills meanwhile and is complete when `rows` has ended; a broken row is there and
    not in `rows`.
    """

    columns: tuple[str, ...]
    rows: Iterator[tuple[int, Mapping[str, str]]]
    problems: list[Problem] = field(default_factory=list)


def build(raw: Iterable[RawRow]) -> Table:
    """Find the header and read on from there. Raises InvalidInput for no rows and for a header that cannot serve."""
    filled = (row for row in raw if row.fault or any(row.cells))
    header, rows = _header(iter(filled))
    places = {name: place for place, name in enumerate(header) if name}
    problems: list[Problem] = []
    return Table(tuple(places), _rows(rows, places, problems), problems)


def _header(rows: Iterator[RawRow]) -> tuple[Cells, Iterator[RawRow]]:
    """The names of the columns. A title above them, one cell alone in its row, is passed over."""
    first = next(rows, None)
    if first is None:
        raise InvalidInput(N_("This file has no rows. The first row names the columns."))
    second = next(rows, None)
    rest = rows if second is None else chain([second], rows)
    if second and not second.fault and _count(first.cells) == 1 and _count(second.cells) > 1:
        first, rest = second, rows
    if first.fault:
        raise first.fault
    return _checked(first.cells), rest


def _checked(cells: Cells) -> Cells:
    names = tuple(" ".join(cell.split()) for cell in cells)
    if len(names) > MAX_COLUMNS and any(names[MAX_COLUMNS:]):
        raise InvalidInput(N_("This file has more than %(limit)s columns."), limit=MAX_COLUMNS)
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InvalidInput(N_("The column “%(column)s” is there more than once."), column=twice[0])
    if longest := [name for name in names if len(name) > 100]:
        raise InvalidInput(N_("The first row must name the columns; “%(text)s…” is no name."), text=longest[0][:20])
    return names


def _rows(
    rows: Iterator[RawRow], places: Mapping[str, int], problems: list[Problem]
) -> Iterator[tuple[int, Mapping[str, str]]]:
    for count, row in enumerate(rows, start=1):
        if count > MAX_ROWS:
            reason = InvalidInput(N_("Only the first %(limit)s rows are read. Divide the file."), limit=MAX_ROWS)
            problems.append(Problem(row.number, None, reason))
            return
        problem = _problem(row, places)
        if problem:
            problems.append(problem)
        else:
            yield row.number, {name: _cell(row.cells, place) for name, place in places.items()}


def _problem(row: RawRow, places: Mapping[str, int]) -> Problem | None:
    if row.fault:
        return Problem(row.number, None, row.fault)
    if any(row.cells[max(places.values(), default=-1) + 1 :]):
        return Problem(row.number, None, InvalidInput(N_("This row has more cells than there are columns.")))
    for name, place in places.items():
        if len(_cell(row.cells, place)) > MAX_CELL:
            reason = InvalidInput(N_("This cell has more than %(limit)s characters."), limit=MAX_CELL)
            return Problem(row.number, name, reason)
    return None


def _cell(cells: Cells, place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _count(cells: Cells) -> int:
    return sum(1 for cell in cells if cell)
