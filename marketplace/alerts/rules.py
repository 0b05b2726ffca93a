"""How often people are told, what they can mute, and which of many matches are worth telling. Pure."""

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from marketplace.kernel.clock import china_day, day_begins
from marketplace.kernel.messages import N_, Labelled

DIGEST_HOUR = 8
"""The hour in China at which digests go out."""

DIGEST_WEEKDAY = 0
"""The day of the weekly digest: Monday."""

QUIET = timedelta(minutes=1)
"""How long nothing new may have come before what an import brought is told: an import goes on in steps of seconds."""

CANDIDATES = 15
"""How many listings of the other side, those most like the new one, are asked whether it stands in their own list. Measured
on 2,008 results and 177 needs: of the matches which the lists of the needs call strong or fairly strong 98.7 % are found so."""

NEAREST = 15
"""How near to the head of their list, by the texts alone, it must be for the list itself to be made."""

PREPARED = 200
"""For how many of the newest needs that is worked out ahead of time: half a minute at most, once an hour."""

BEST = 10
"""How many matches one message names for one own listing, the strongest first."""

SEARCHES = 50
"""How many searches a person may save."""

KNOWN = 1000
"""Up to how many finds a saved search remembers what was there already; beyond that only later publications are new."""

NAME_LENGTH = 80

T = TypeVar("T")


class Frequency(Labelled):
    """How often somebody is told."""

    INSTANT = "instant", N_("At once")
    DAILY = "daily", N_("Once a day")
    WEEKLY = "weekly", N_("Once a week")
    OFF = "off", N_("Never")


class Scope(Labelled):
    """What can be muted."""

    PAIR = "pair", N_("This match")
    RESULT = "result", N_("Everything about this result")
    NEED = "need", N_("Everything about this need")
    SEARCH = "search", N_("This saved search")
    ALL = "all", N_("All alerts")


def due_before(frequency: Frequency, now: datetime) -> datetime | None:
    """What was found before this UTC moment is told now; None for never. Found on the stroke of the hour waits for the next."""
    if frequency is Frequency.OFF:
        return None
    if frequency is Frequency.INSTANT:
        return now - QUIET
    today = china_day(now)
    if now < day_begins(today) + timedelta(hours=DIGEST_HOUR):
        today -= timedelta(days=1)
    if frequency is Frequency.WEEKLY:
        today -= timedelta(days=(today.weekday() - DIGEST_WEEKDAY) % 7)
    return day_begins(today) + timedelta(hours=DIGEST_HOUR)


def best_of(rows: Iterable[T], own: Callable[[T], Hashable], weight: Callable[[T], float]) -> list[T]:
    """The heaviest few for each own listing, the heaviest first."""
    taken: dict[Hashable, int] = {}
    best = []
    for row in sorted(rows, key=weight, reverse=True):
        taken[own(row)] = taken.get(own(row), 0) + 1
        if taken[own(row)] <= BEST:
            best.append(row)
    return best
