"""Working days in China: weekdays, less public holidays, plus the weekend days that make up for them (调休).

The days stand in `holidays.toml`, year by year as the State Council announces them; another table may be given by its
path. A year that the table does not cover counts Monday to Friday: a term that reaches into it is an estimate until the
notice appears, which `table_covers` tells. Days are calendar days in China; this module never asks what day it is.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

HOLIDAYS = Path(__file__).with_name("holidays.toml")
_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class _Table:
    years: frozenset[int]
    holidays: frozenset[date]
    working: frozenset[date]


def is_working_day(day: date, table: Path = HOLIDAYS) -> bool:
    """Whether offices are open that day."""
    known = _read(table)
    return day in known.working or (day.weekday() < _SATURDAY and day not in known.holidays)


def add_working_days(day: date, n: int, table: Path = HOLIDAYS) -> date:
    """The n-th working day after `day`, which itself does not count (民法典 art. 201); `n` 0 is the day itself.

    Raises ValueError for a negative `n`.
    """
    if n < 0:
        raise ValueError("a term runs forwards")
    while n:
        day += _DAY
        n -= is_working_day(day, table)
    return day


def working_days_between(start: date, end: date, table: Path = HOLIDAYS) -> int:
    """How many working days have passed: after `start`, up to and with `end`; 0 when `end` is not later."""
    span = range(1, (end - start).days + 1)
    return sum(is_working_day(start + timedelta(days=distance), table) for distance in span)


def table_covers(day: date, table: Path = HOLIDAYS) -> bool:
    """Whether the holidays of that day's year are known."""
    return day.year in _read(table).years


@lru_cache
def _read(path: Path) -> _Table:
    """The table, once per process: it changes with a new version or a restart."""
    with path.open("rb") as file:
        years = tomllib.load(file)
    holidays = (day for year in years.values() for one in year["holidays"] for day in _days(one["first"], one["last"]))
    working = (day for year in years.values() for day in year["working"])
    return _Table(frozenset(int(year) for year in years), frozenset(holidays), frozenset(working))


def _days(first: date, last: date) -> Iterator[date]:
    if last < first:
        raise ValueError(f"a holiday ends on {last}, before it begins on {first}")
    return (first + timedelta(days=distance) for distance in range((last - first).days + 1))
