"""Every figure there is. The desk, reports, exports, the API and the documents read from here.

A definition that is changed gets a new version, and the old one stays in RETIRED: a report that was frozen by it is checked
by it.
"""

from collections.abc import Mapping

from marketplace.statistics.activity_figures import ACTIVITY_FIGURES
from marketplace.statistics.definition import Definition
from marketplace.statistics.ending_figures import ENDING_FIGURES
from marketplace.statistics.money_figures import MONEY_FIGURES
from marketplace.statistics.rules import FigureCode
from marketplace.statistics.stock_figures import STOCK_FIGURES

_CURRENT = (*MONEY_FIGURES, *ACTIVITY_FIGURES, *STOCK_FIGURES, *ENDING_FIGURES)

DEFINITIONS: Mapping[FigureCode, Definition] = {one.code: one for one in _CURRENT}
"""The definition of each figure that is in force, in the order in which they are shown."""

RETIRED: tuple[Definition, ...] = ()
"""Definitions that were in force once, for the reports that were frozen by them."""

VERSIONS: Mapping[tuple[FigureCode, int], Definition] = {(one.code, one.version): one for one in (*RETIRED, *_CURRENT)}
"""Every definition there ever was, by code and version."""
