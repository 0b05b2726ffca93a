"""Cues: what happens on which day of the demo. Sorted, they make one course of time, as the audit log wants it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import time
from itertools import count, groupby

from marketplace.demo.stage import Stage

_order = count()


@dataclass(frozen=True, order=True)
class Cue:
    """One step: so many days before the loading, at a time of day in China. Equal moments keep the order they were written in."""

    days_left: int
    at: time
    order: int
    do: Callable[[], None] = field(compare=False)


def cue(days_ago: int, at: time, do: Callable[[], None]) -> Cue:
    """Write a cue."""
    return Cue(-days_ago, at, next(_order), do)


def play(stage: Stage, cues: Iterable[Cue], progress: Callable[[int], None]) -> None:
    """Do everything in the order of time; the worker follows at the end of each day. `progress` hears how much is done."""
    for _, day in groupby(sorted(cues), key=lambda one: one.days_left):
        steps = list(day)
        for one in steps:
            stage.clock.at = max(stage.clock.at, stage.moment(-one.days_left, one.at))
            one.do()
        stage.settle()
        progress(len(steps))


def office_hour(key: str, earliest: int = 9) -> time:
    """A time of day between `earliest` and six hours later; the same for the same key."""
    minutes = sum(key.encode()) * 37 % 360
    return time(earliest + minutes // 60, minutes % 60)
