"""A sheet read as what an import would do with each row. Pure: the same file always gives the same plan."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from marketplace.infra.spreadsheets import Table, read_table
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.listings.importing_cells import Cell, Surroundings
from marketplace.listings.importing_columns import ImportKind, recognise
from marketplace.listings.rules import fingerprint, normalise

_UNITS = re.compile(r"[;；\n]+")


@dataclass(frozen=True)
class Fault:
    """Why a row is refused, and the header of the column to blame (empty: the whole row)."""

    column: str
    error: InvalidInput


@dataclass(frozen=True)
class Near:
    """A listing, or an earlier row of the sheet, that a row is nearly the same as, and how nearly (likeness.py).

    `by_title`: the unit is the same, one of the two has no text, and their titles are alike.
    """

    likeness: float
    row: int | None = None
    listing_id: int | None = None
    by_title: bool = False


@dataclass(frozen=True)
class PlannedRow:
    """One row: its number as the sheet shows it and either faults or values. `same_as` is an earlier row like it."""

    number: int
    values: Mapping[str, Any]
    unit: str = ""
    fingerprint: str = ""
    faults: tuple[Fault, ...] = ()
    same_as: int | None = None
    near: tuple[Near, ...] = ()

    @property
    def is_like_a_listing(self) -> bool:
        """Something nearly the same is published already."""
        return any(one.listing_id is not None for one in self.near)

    @property
    def is_incomplete(self) -> bool:
        """It has no text; it is taken all the same."""
        return not self.values.get("text")


@dataclass(frozen=True)
class Plan:
    """The headers that were understood, those that were not, and all rows in the order of the sheet."""

    columns: tuple[str, ...]
    ignored: tuple[str, ...]
    rows: tuple[PlannedRow, ...]


def read_plan(path: Path, name: str, kind: ImportKind, surroundings: Surroundings) -> Plan:
    """The plan of the file at `path` that a person called `name`. Raises InvalidInput when it cannot be read as a whole."""
    table = read_table(path, name)
    headers = recognise(table.columns, kind)
    rows = [_row(number, cells, headers, kind, surroundings) for number, cells in table.rows]
    rows += [_unread(table, place) for place in range(len(table.problems))]
    rows.sort(key=lambda row: row.number)
    known = set(headers.values())
    ignored = tuple(header for header in table.columns if header not in known)
    return Plan(tuple(headers.values()), ignored, _without_repetitions(rows))


def _unread(table: Table, place: int) -> PlannedRow:
    problem = table.problems[place]
    return PlannedRow(problem.row, {}, faults=(Fault(problem.column or "", problem.reason),))


def _row(
    number: int, cells: Mapping[str, str], headers: Mapping[str, str], kind: ImportKind, surroundings: Surroundings
) -> PlannedRow:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for column in kind.columns:
        header = headers.get(column.field, "")
        try:
            values[column.field] = column.read(Cell(cells.get(header, ""), header, surroundings))
        except InvalidInput as error:
            faults.append(Fault(header, error))
    if not values.get("title", "-"):
        faults.insert(0, Fault(headers["title"], InvalidInput(N_("The title is empty."))))
    if faults:
        return PlannedRow(number, {}, faults=tuple(faults))
    unit, others = _units(values["unit"])
    mark = fingerprint(values["title"], unit, values["text"])
    if others:
        # The row belongs to one party; the others stay readable where the public text is.
        values["text"] = f"{values['text']}\n其他完成单位：{'、'.join(others)}".strip()
    return PlannedRow(number, values, unit, mark)


def _units(cell: str) -> tuple[str, list[str]]:
    """The first unit, whose the listing is, and those after a semicolon or on further lines."""
    names = [" ".join(name.split()) for name in _UNITS.split(cell)]
    named = [name for name in names if normalise(name)]
    return (named[0], named[1:]) if named else ("", [])


def _without_repetitions(rows: list[PlannedRow]) -> tuple[PlannedRow, ...]:
    seen: dict[str, int] = {}
    found = []
    for row in rows:
        first = None if row.faults else seen.setdefault(row.fingerprint, row.number)
        earlier = first if first != row.number else None
        found.append(replace(row, same_as=earlier))
    return tuple(found)
