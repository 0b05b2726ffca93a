"""Which parts of published figures are not shown to everybody, because they tell of single contracts.

A part that rests on fewer than three deals is hidden; where it would be the only one of its table, it could be reckoned from the
total, and the next smallest is hidden too. What one figure of a snapshot hides, all of them hide: else the one would tell what
the other keeps. Benefits of own use rest on no deal: there the units that have something left after corrections are counted,
however often they declared.

A part without any row is shown as nothing, and that tells nothing that is hidden: it is no cover, for a part that is hidden is
safe because another one with rows is hidden beside it. But a zero tells something where another figure counts the same deals: a
county where no contract was signed, and whose hidden part of the signed amount is but the termination of an older contract, would
give that amount away as the difference of two published totals. So zeros stay hidden where a figure akin to theirs has rows. A
part that is the only one in all figures akin is the total of each, which is published, and is shown.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from marketplace.statistics.columns import Columns
from marketplace.statistics.queries import Value
from marketplace.statistics.rules import WIDE, Dimension

FEWEST_DEALS = 3

Hidden = Mapping[Dimension, frozenset[Value]]


def hidden_parts(figures: Sequence[Columns]) -> Hidden:
    """By dimension, the values that are shown for no figure of these."""
    dimensions = {one for columns in figures for one in columns.dimensions if one not in WIDE}
    return {
        one: _hidden([_rest_on(columns, one) for columns in figures if one in columns.dimensions]) for one in dimensions
    }


def kept_back(hidden: Hidden, akin: Sequence[Columns]) -> Hidden:
    """Of what is hidden the parts that a figure keeps back: those of which it or a figure akin to it has rows, unless all of them
    have but one part, which is their total."""
    values = {one: _with_rows(akin, one) for one in hidden}
    return {one: parts & values[one] if len(values[one]) > 1 else frozenset() for one, parts in hidden.items()}


def _with_rows(figures: Sequence[Columns], dimension: Dimension) -> frozenset[Value]:
    return frozenset(
        value for columns in figures if dimension in columns.dimensions for value in columns.deals_by(dimension)
    )


def still_standing(columns: Columns) -> Columns:
    """Of a stock the rows of the deals that make it up: how many have ever stalled or been late hides nobody who is now."""
    deals = columns.numbers["deal"]
    _, place = np.unique(deals, return_inverse=True)
    left = np.zeros(len(columns), np.int64)
    np.add.at(left, place, columns.numbers["value"])
    return columns.take(left[place] != 0)


def rest_on(columns: Columns) -> int:
    """On how many deals all of it rests, or on how many units, as parts do."""
    if Dimension.UNIT in columns.dimensions:
        return sum(_rest_on(columns, Dimension.UNIT).values())
    return len(columns.deals())


def _rest_on(columns: Columns, dimension: Dimension) -> Mapping[Value, int]:
    """On how many deals the parts of a dimension rest, or on how many units: those whose benefits corrections have not brought to
    nothing. A part that is left with none tells of nobody, and cannot hide another."""
    if Dimension.UNIT not in columns.dimensions:
        return columns.deals_by(dimension)
    parts, units = columns.dimensions[dimension], columns.dimensions[Dimension.UNIT]
    left = Counter[tuple[int, int]]()
    for part, unit, value in zip(
        parts.codes.tolist(), units.codes.tolist(), columns.numbers["value"].tolist(), strict=True
    ):
        left[part, unit] += value
    return Counter(parts.values[part] for (part, _), value in left.items() if value)


def _hidden(tables: Sequence[Mapping[Value, int]]) -> frozenset[Value]:
    """Each table says on how many deals its parts rest."""
    hidden = {value for table in tables for value, deals in table.items() if deals < FEWEST_DEALS}
    largest = {value: max(table.get(value, 0) for table in tables) for table in tables for value in table}
    while alone := next((table for table in tables if len(hidden & table.keys()) == 1 and table.keys() - hidden), None):
        hidden.add(min(alone.keys() - hidden, key=lambda value: (largest[value], str(value))))
    return frozenset(hidden)
