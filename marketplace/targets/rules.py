"""What a target is set for, how far the year has gone, and what is said of a target. Pure."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_, Labelled
from marketplace.statistics.rules import FigureCode

FIRST_YEAR = 2020
YEARS_AHEAD = 5
"""A target is set for a year from FIRST_YEAR to so many years ahead."""

LONGEST_REASON = 500
EARLIEST_LINE = Fraction(1, 12)
"""Before a month of the year is over a straight line says nothing."""

PIPELINES = frozenset({FigureCode.A1, FigureCode.A4})
"""Figures whose rows begin as something that waits: a deal that is open, a line of a plan that is due."""

_C = FigureCode
WITH_TARGETS = frozenset({_C.A0, _C.A1, _C.A2, _C.A3, _C.A4, _C.A4R, _C.A5, _C.A6, _C.C1, _C.C3, _C.C4, _C.C6})
"""Figures a target is set of: day by day the year adds to them, and more is better, so that a target, a share of the year and a
straight line mean something.

The others have none: a share (C2, C5, C7, C8) is no amount, what stands at the end of a day (C9 to C11) does not grow with the
year, of what is overdue, stalled, lost or terminated (C10 to C13) more is worse, and all benefits of a year (B1) are dated on its
last day.
"""


class Basis(Labelled):
    """What an outlook rests on."""

    PAST_DEALS = "past_deals", N_("From what became of past deals")
    STRAIGHT_LINE = "straight_line", N_("Straight line: as much for each day left as for each day gone")
    TOO_FEW = "too_few", N_("Too few past deals to forecast")
    TOO_EARLY = "too_early", N_("Too early in the year for a straight line")
    YEAR_OVER = "year_over", N_("The year is over")
    NOT_BEGUN = "not_begun", N_("The year has not begun")
    ANOTHER_DAY = "another_day", N_("A forecast is made for today only")


def share_gone(year: int, day: date) -> Fraction:
    """How much of a year is over at the end of a day: 0 before it, 1 after it."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    days = (after - first).days
    return Fraction(min(max((day - first).days + 1, 0), days), days)


def straight_line(reached: int, gone: Fraction) -> int:
    """What a year brings if every day left brings as much as each day gone; rounded to the nearest."""
    return round(Fraction(reached) / gone)


def require_year(year: int, today: date) -> None:
    """Raise InvalidInput for a year no target is set for."""
    if not FIRST_YEAR <= year <= today.year + YEARS_AHEAD:
        raise InvalidInput(
            N_("Choose a year from %(first)s to %(last)s."),
            field="year",
            first=FIRST_YEAR,
            last=today.year + YEARS_AHEAD,
        )


@dataclass(frozen=True)
class Standing:
    """Of one place: its target (None: none is set) and what is reached, in fen or as a number."""

    target: int | None
    reached: int

    @property
    def share(self) -> Fraction | None:
        """What is reached of the target; None without one, and for a target of nothing."""
        return Fraction(self.reached, self.target) if self.target else None

    def ahead(self, gone: Fraction) -> Fraction | None:
        """By how much the share reached is ahead of the share of the year that is over; negative for behind."""
        return None if self.share is None else self.share - gone
