"""Puts the tables of the desk together from the rows of a figure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from marketplace.statistics.columns import Columns
from marketplace.statistics.definition import Definition
from marketplace.statistics.disclosure import Hidden
from marketplace.statistics.queries import Value
from marketplace.statistics.rules import WIDE, Dimension, Figure, Period, Span, first_of

V = TypeVar("V", bound=Value)
NOTHING = Figure()
Part = Figure | None
"""A part of a total; None where it is not shown in public."""

_TABLES_OF_THEIR_OWN = frozenset({Dimension.SELLER, Dimension.BUYER, Dimension.MONTH, *WIDE})


@dataclass(frozen=True)
class CountyRow:
    """One county: what it sold, what it bought, and the part that did both. `county` is None for 未填."""

    county: Value
    sold: Part
    bought: Part
    within: Part


@dataclass(frozen=True)
class Cut:
    """One table: the parts of the total by a dimension."""

    dimension: Dimension
    parts: tuple[tuple[Value, Part], ...]


@dataclass(frozen=True)
class Desk:
    """The tables of one figure in one period. `total` counts every row once: the city's line; `within` is what stayed inside one
    county. `counties` is empty for a figure that has no seller and buyer.

    What happens has `months`, which add up to the total. How things stand has `levels` instead: how they stood at the end of
    each month, the last of them being the total.
    """

    definition: Definition
    period: Period
    total: Figure
    within: Part
    months: tuple[tuple[str, Part], ...]
    levels: tuple[tuple[str, Figure], ...]
    counties: tuple[CountyRow, ...]
    cuts: tuple[Cut, ...]

    def without(self, hidden: Hidden) -> "Desk":
        """The same tables without parts that are not to be shown."""
        sold, bought = hidden.get(Dimension.SELLER, ()), hidden.get(Dimension.BUYER, ())
        counties = (
            CountyRow(
                row.county,
                None if row.county in sold else row.sold,
                None if row.county in bought else row.bought,
                None,
            )
            for row in self.counties
        )
        cuts = (_cut_without(one, hidden.get(one.dimension, frozenset())) for one in self.cuts)
        months = _kept(self.months, hidden.get(Dimension.MONTH, ()))
        # The level of a month may be a single contract's, and no cut of the total says on how many it rests.
        # What stayed within a county may be a single contract's too, and all of its parts are hidden: so is their sum.
        return replace(self, within=None, months=months, levels=(), counties=tuple(counties), cuts=tuple(cuts))

    def over_time(self, span: Span) -> tuple[tuple[str, Part], ...]:
        """The months put together; of a stock how it stood at their end. Where a month is not shown, nor is what it belongs to:
        so the quarters tell nothing that the months keep. What takes up the whole period is the total, which everybody knows."""
        if self.definition.is_stock:
            return tuple({span.of(month): level for month, level in self.levels}.items())
        parts: dict[str, Part] = {}
        for month, part in self.months:
            sum_so_far = parts.get(span.of(month), NOTHING)
            parts[span.of(month)] = None if sum_so_far is None or part is None else sum_so_far + part
        return tuple((part, self.total if len(parts) == 1 else figure) for part, figure in parts.items())

    def parts(self) -> Iterator[Part]:
        """The parts of all tables."""
        yield from (part for _, part in self.months)
        yield from (part for row in self.counties for part in (row.sold, row.bought, row.within))
        yield from (part for cut in self.cuts for _, part in cut.parts)

    def cut(self, dimension: str) -> Cut | None:
        """The table of a dimension, where the figure has it."""
        return next((one for one in self.cuts if one.dimension == dimension), None)


def arrange(definition: Definition, period: Period, rows: Columns, counties: Sequence[str]) -> Desk:
    """The tables of a figure whose rows are at hand; counties come in their official order, 未填 last."""
    has_deal = Dimension.SELLER in rows.dimensions
    months = {} if definition.is_stock else rows.by(Dimension.MONTH)
    within = rows.by_both(Dimension.SELLER, Dimension.BUYER) if has_deal else {}
    return Desk(
        definition=definition,
        period=period,
        total=rows.total(),
        within=Figure.sum(within.values()),
        months=tuple((month, months.get(month, NOTHING)) for month in period.months() if not definition.is_stock),
        levels=_levels(rows, period) if definition.is_stock else (),
        counties=_county_rows(rows, within, counties) if has_deal else (),
        cuts=tuple(
            Cut(dimension, _ordered(dimension, rows.by(dimension)))
            for dimension in definition.dimensions
            if dimension not in _TABLES_OF_THEIR_OWN
        ),
    )


def _levels(rows: Columns, period: Period) -> tuple[tuple[str, Figure], ...]:
    """How a stock stood at the end of each month of a period, or at that of the period."""
    months = period.months()
    return tuple(zip(months, rows.totals_before([first_of(month, 1) for month in months]), strict=True))


def _county_rows(rows: Columns, within: Mapping[Value, Figure], counties: Sequence[str]) -> tuple[CountyRow, ...]:
    sold, bought = rows.by(Dimension.SELLER), rows.by(Dimension.BUYER)
    elsewhere = sorted((set(sold) | set(bought)) - {*counties, None}, key=str)
    known: list[Value] = [*counties, *elsewhere, *([None] if None in sold or None in bought else [])]
    return tuple(CountyRow(c, sold.get(c, NOTHING), bought.get(c, NOTHING), within.get(c, NOTHING)) for c in known)


def _ordered(dimension: Dimension, parts: Mapping[Value, Figure]) -> tuple[tuple[Value, Figure], ...]:
    """Years in their order, anything else by size; 未填 last."""
    by_value = dimension is Dimension.COHORT
    return tuple(
        sorted(
            parts.items(),
            key=lambda part: (part[0] is None, 0 if by_value else -part[1].value, str(part[0])),
        )
    )


def _cut_without(cut: Cut, hidden: Collection[Value]) -> Cut:
    """A part that is kept back is listed whether the figure has anything of it or not: its absence would be a zero."""
    absent = sorted(set(hidden) - {value for value, _ in cut.parts}, key=lambda value: (value is None, str(value)))
    return Cut(cut.dimension, (*_kept(cut.parts, hidden), *((value, None) for value in absent)))


def _kept(parts: Iterable[tuple[V, Part]], hidden: Collection[Value]) -> tuple[tuple[V, Part], ...]:
    return tuple((value, None if value in hidden else part) for value, part in parts)
