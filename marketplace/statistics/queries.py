"""Which rows of a figure are meant, and what a row is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from marketplace.statistics.definition import Definition
from marketplace.statistics.rows import FACTS
from marketplace.statistics.rules import Dimension, Figure, Period

Value = str | int | None
"""What a row has in a dimension; None is 未填."""


@dataclass(frozen=True)
class Filter:
    """Which rows of a figure are meant: dated in `period`, and known at `as_of` (UTC); with `since` (UTC) only those that have
    come on record from that moment on. `values` fixes dimensions."""

    definition: Definition
    period: Period
    as_of: datetime
    values: Mapping[Dimension, Value] = field(default_factory=dict)
    since: datetime | None = None

    @property
    def days(self) -> Period:
        """The days whose rows count."""
        return self.definition.days_of(self.period)


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


def chosen(wanted: Filter) -> Select[Any]:
    """The rows of a figure that are dated in a period and were known at a moment, or have come on record since another."""
    rows = wanted.definition.rows().subquery()
    columns = [rows.c[name] for name in wanted.definition.columns]
    known = rows.c.known_at <= wanted.as_of
    if wanted.since is not None:
        known = known & (rows.c.known_at >= wanted.since)
    return select(*columns).where(rows.c.dated.between(wanted.days.first, wanted.days.last), known)


def figure_rows(definition: Definition, found: Iterable[Any]) -> list[FigureRow]:
    """Rows from the columns of a definition, in their order."""
    names = [one.value for one in definition.dimensions]
    place = len(FACTS)
    return [FigureRow._make((*row[:place], dict(zip(names, row[place:], strict=True)))) for row in found]
