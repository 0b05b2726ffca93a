"""What a forecast is made of and what it says. Pure data: days are ordinals, amounts fen."""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

ENOUGH = 20
"""With fewer past cases there is no forecast."""

NEVER = 10**7
"""A day that does not come."""

RUNS = 1000
LOW, MIDDLE, HIGH = 10, 50, 90
"""Per cent of the runs that end below: the range holds four of five."""


class Item(NamedTuple):
    """A deal, or a line of a plan.

    `fen` is its amount, or the one last offered, None before any; `began` the day since which it is known; `stays` its stages
    with the day each began, in order; `ended` the day it left the last, and `won` whether that brought the amount.
    """

    county: str | None
    fen: int | None
    began: int
    stays: tuple[tuple[str, int], ...]
    ended: int | None
    won: bool

    @property
    def won_on(self) -> int:
        """The day on which it brought its amount; NEVER where it has not."""
        return self.ended if self.won and self.ended is not None else NEVER


class Change(NamedTuple):
    """An amount booked beside: an amendment, a termination, a refund."""

    county: str | None
    on: int
    fen: int


class TooFew(Exception):
    """There are not enough past cases; `cases` says how many of those that are fewest."""

    def __init__(self, cases: int) -> None:
        super().__init__(cases)
        self.cases = cases


@dataclass(frozen=True)
class Range:
    """Four of five runs end between low and high, half of them below the middle; in fen."""

    low: int
    middle: int
    high: int


@dataclass(frozen=True)
class Chance:
    """Of the past cases that stood in a stage for `age` days at least, those that were won within the days that are left; and how
    many items wait there now, with their amounts."""

    stage: str
    age: int
    cases: int
    won: int
    waiting: int
    fen: int

    @property
    def share(self) -> Fraction:
        """The chance of one that waits."""
        return Fraction(self.won, self.cases)


@dataclass(frozen=True)
class Outlook:
    """What may still come in one county, or (all of them together) in the city."""

    waiting: int
    from_waiting: Range
    from_new: Range
    from_changes: Range
    together: Range


@dataclass(frozen=True)
class Forecast:
    """The outlook of each county and of the city, and how it was made. `new_cases` are the past items from which those that have
    not begun yet are drawn, `weeks` those whose number of beginnings is drawn again."""

    days_left: int
    chances: tuple[Chance, ...]
    new_cases: int
    weeks: int
    city: Outlook
    counties: tuple[tuple[str | None, Outlook], ...]
