"""Every figure there is. The desk, reports, exports, the API and the documents read from here.

A definition that is changed gets a new version, and the old one stays in RETIRED: a report that was frozen by it is checked
by it.
"""

from collections.abc import Mapping

from marketplace.statistics.activity_figures import ACTIVITY_FIGURES
from marketplace.statistics.definition import Definition
from marketplace.statistics.ending_figures import ENDING_FIGURES
from marketplace.statistics.money_figures import MONEY_FIGURES
from marketplace.statistics.relation_cut import by_row, with_relation
from marketplace.statistics.rules import FigureCode
from marketplace.statistics.stock_figures import STOCK_FIGURES

_C = FigureCode
BY_RELATION = frozenset({_C.A0, _C.A1, _C.A2, _C.A3, _C.A4, _C.A4R, _C.A5, _C.A6, _C.C4, _C.C12, _C.C13})
"""Figures that are cut by related parties: dated amounts, and what is counted once for all. A row of these stands for itself.
Of a share or a stock a later row completes or takes off an earlier one, and the relation may be found between the two."""

_LATER = (*STOCK_FIGURES, *ENDING_FIGURES)
_WRITTEN = (*MONEY_FIGURES, *ACTIVITY_FIGURES)
_BEFORE = tuple(one for one in _WRITTEN if one.code in BY_RELATION)
_BY_ROW = (
    *(with_relation(one, one.version + 1, by_row) for one in _BEFORE),
    *(with_relation(one, one.version, by_row) for one in _LATER if one.code in BY_RELATION),
)
_NEXT = {one.code: one.version + 1 for one in _BY_ROW}
_CURRENT = tuple(
    with_relation(one, _NEXT[one.code]) if one.code in BY_RELATION else one for one in (*_WRITTEN, *_LATER)
)

DEFINITIONS: Mapping[FigureCode, Definition] = {one.code: one for one in _CURRENT}
"""The definition of each figure that is in force, in the order in which they are shown."""

RETIRED: tuple[Definition, ...] = (*_BEFORE, *_BY_ROW)
"""Definitions that were in force once, for the reports that were frozen by them: those before the cut by related parties, and
those that cut each row by what was known when it came on record."""

VERSIONS: Mapping[tuple[FigureCode, int], Definition] = {(one.code, one.version): one for one in (*RETIRED, *_CURRENT)}
"""Every definition there ever was, by code and version."""
