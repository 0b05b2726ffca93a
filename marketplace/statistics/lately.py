"""By how much figures have changed lately: the rows that have come on record since a day, whenever they are dated.

Rows never change, so what a figure was at the beginning of that day and these rows add up to what it is.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import day_begins
from marketplace.statistics.adding import picked
from marketplace.statistics.columns import Columns
from marketplace.statistics.definition import Definition
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import Figure, FigureCode, Period

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Lately:
    """A figure of a period as it is known now: its rows, and those of them that are new on record."""

    definition: Definition
    rows: Columns
    fresh: Columns

    @property
    def code(self) -> FigureCode:
        """Which figure."""
        return self.definition.code

    @property
    def total(self) -> Figure:
        """What the figure is."""
        return self.rows.total()

    @property
    def change(self) -> Figure:
        """What it has changed by."""
        return self.fresh.total()


def week_before(today: date) -> date:
    """The first of the last seven days, today among them."""
    return today - WEEK + timedelta(days=1)


def lately(uow: UnitOfWork, code: FigureCode, period: Period, since: date) -> Lately:
    """A figure in the scope of whoever asks, with what has come on record since the beginning of a day in China."""
    rows = picked(uow, Filter(DEFINITIONS[code], period, uow.now()))
    return Lately(DEFINITIONS[code], rows, rows.take(rows.known_since(day_begins(since))))
