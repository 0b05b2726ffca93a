"""Every figure there is. The desk, reports, exports, the API and the documents read from here.

A definition that is changed gets a new version, and the old one stays in RETIRED: a report that was frozen by it is checked
by it.
"""

from collections.abc import Mapping
from dataclasses import replace

from marketplace.statistics.activity_figures import ACTIVITY_FIGURES
from marketplace.statistics.definition import Definition
from marketplace.statistics.ending_figures import ENDING_FIGURES
from marketplace.statistics.money_figures import MONEY_FIGURES
from marketplace.statistics.relation_cut import with_relation
from marketplace.statistics.rules import Dimension, FigureCode
from marketplace.statistics.stock_figures import STOCK_FIGURES

_WRITTEN = (*MONEY_FIGURES, *ACTIVITY_FIGURES)
_OF_DEALS = tuple(one for one in _WRITTEN if Dimension.SELLER in one.dimensions)
_LATER = tuple(
    replace(with_relation(one), version=one.version) if Dimension.SELLER in one.dimensions else one
    for one in (*STOCK_FIGURES, *ENDING_FIGURES)
)
_CURRENT = (*(with_relation(one) if one in _OF_DEALS else one for one in _WRITTEN), *_LATER)

DEFINITIONS: Mapping[FigureCode, Definition] = {one.code: one for one in _CURRENT}
"""The definition of each figure that is in force, in the order in which they are shown."""

RETIRED: tuple[Definition, ...] = _OF_DEALS
"""Definitions that were in force once, for the reports that were frozen by them: those before the cut by related parties."""

VERSIONS: Mapping[tuple[FigureCode, int], Definition] = {(one.code, one.version): one for one in (*RETIRED, *_CURRENT)}
"""Every definition there ever was, by code and version."""
