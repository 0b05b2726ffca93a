"""Adds up the rows of a figure: the total, and all cuts at once. Every cut adds up to the total."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.statistics.definitions import Definition
from marketplace.statistics.policy import in_scope
from marketplace.statistics.rows import FACTS
from marketplace.statistics.rules import WIDE, Dimension, Figure, Period

Value = str | int | None
"""What a row has in a dimension; None is 未填."""


@dataclass(frozen=True)
class Filter:
    """Which rows of a figure are meant: dated in `period`, and known at `as_of` (UTC). `values` fixes dimensions."""

    definition: Definition
    period: Period
    as_of: datetime
    values: Mapping[Dimension, Value] = field(default_factory=dict)


class FigureRow(NamedTuple):
    """One row of a figure, with the columns of FACTS; `dimensions` by their names."""

    source: str
    deal_id: int | None
    dated: date
    known_at: datetime
    value: int
    whole: int
    counted: int
    dimensions: Mapping[str, Value]

    @property
    def figure(self) -> Figure:
        """What it adds."""
        return Figure(self.value, self.counted, self.whole)


@dataclass(frozen=True)
class Cube:
    """A figure by its dimensions at once, but for those with very many values. Every cut adds the same cells up, so that no two
    tables of a page disagree."""

    dimensions: tuple[Dimension, ...]
    cells: Sequence[tuple[tuple[Value, ...], Figure]]

    @property
    def total(self) -> Figure:
        """Every row once."""
        return Figure.sum(figure for _, figure in self.cells)

    def by(self, dimension: Dimension) -> dict[Value, Figure]:
        """One cut; what has no value stands under None."""
        place = self.dimensions.index(dimension)
        return _added((cell[place], figure) for cell, figure in self.cells)

    def by_both(self, one: Dimension, other: Dimension) -> dict[Value, Figure]:
        """By one dimension, what has the same value in the other: the part that two cuts share."""
        first, second = self.dimensions.index(one), self.dimensions.index(other)
        return _added((cell[first], figure) for cell, figure in self.cells if cell[first] == cell[second])


def cube(uow: UnitOfWork, wanted: Filter) -> Cube:
    """The figure by all its dimensions. Raises NotFound for whoever may not see it."""
    rows = chosen(uow, wanted).subquery()
    dimensions = tuple(one for one in wanted.definition.dimensions if one not in WIDE)
    columns = [rows.c[one.value] for one in dimensions]
    found = uow.session.execute(select(*columns, *_sums(rows)).group_by(*columns))
    return Cube(dimensions, [(tuple(row[:-3]), _figure(row[-3:])) for row in found])


def total(uow: UnitOfWork, wanted: Filter) -> Figure:
    """The figure itself: every row once."""
    return _figure(uow.session.execute(select(*_sums(chosen(uow, wanted).subquery()))).one())


def cut(uow: UnitOfWork, wanted: Filter, dimension: Dimension) -> dict[Value, Figure]:
    """The figure by one dimension; the parts add up to the total, what has no value stands under None."""
    rows = chosen(uow, wanted).subquery()
    key = rows.c[dimension.value]
    found = uow.session.execute(select(key, *_sums(rows)).group_by(key))
    return {row[0]: _figure(row[1:]) for row in found}


def chosen(uow: UnitOfWork, wanted: Filter) -> Select[Any]:
    """The rows of a filter, in the scope of whoever asks. Raises NotFound."""
    rows = wanted.definition.rows().subquery()
    columns = (*FACTS, *(one.value for one in wanted.definition.dimensions))
    statement = select(*(rows.c[name] for name in columns)).where(
        rows.c.dated.between(wanted.period.first, wanted.period.last),
        rows.c.known_at <= wanted.as_of,
        in_scope(uow.actor, rows, wanted.definition),
    )
    for dimension, value in wanted.values.items():
        statement = statement.where(rows.c[dimension.value].is_not_distinct_from(value))
    return statement


def figure_rows(definition: Definition, found: Iterable[Any]) -> list[FigureRow]:
    """Rows as `chosen` selects them."""
    names = [one.value for one in definition.dimensions]
    place = len(FACTS)
    return [FigureRow._make((*row[:place], dict(zip(names, row[place:], strict=True)))) for row in found]


def _sums(rows: Any) -> tuple[Any, ...]:
    return func.sum(rows.c.value), func.sum(rows.c.counted), func.sum(rows.c.whole)


def _figure(sums: Sequence[Any]) -> Figure:
    return Figure(*(int(one or 0) for one in sums))


def _added(parts: Iterable[tuple[Value, Figure]]) -> dict[Value, Figure]:
    sums: dict[Value, list[int]] = {}
    for key, figure in parts:
        held = sums.setdefault(key, [0, 0, 0])
        held[0] += figure.value
        held[1] += figure.count
        held[2] += figure.whole
    return {key: Figure(*held) for key, held in sums.items()}
