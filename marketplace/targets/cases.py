"""Past cases: how often what stood as long in a stage was won in time. Pure; days are ordinals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marketplace.targets.outlook import ENOUGH, NEVER, Item, TooFew

AGES = (0, 15, 30, 60, 90, 180, 365)
"""For so many days at least something has stood in its stage."""

YEAR_DAYS = 365
HISTORY_DAYS = 3 * YEAR_DAYS
"""What was decided earlier than that no longer counts."""

SEASON_DAYS = 45
"""Cases of the same time of year, so many days before or after, go before those of the whole year where there are enough: many
contracts are signed in December."""

Numbers = npt.NDArray[np.int64]


def chance_of(stays: "Stays", stage: str, age: int, today: int, days: int) -> tuple[int, int]:
    """(cases, won): past cases that had stood so long in a stage, with all of the days after that already over."""
    moment = stays.since + age
    begun = (stays.stage == stage) & (stays.until > moment)
    followed = begun & (moment + days <= today) & (moment > today - days - HISTORY_DAYS)
    cases = _of_season(followed, moment, today)
    won = cases & (stays.won > moment) & (stays.won <= moment + days)
    return int(cases.sum()), int(won.sum())


def _of_season(cases: npt.NDArray[np.bool_], moment: Numbers, today: int) -> npt.NDArray[np.bool_]:
    """Those of the same time of year where there are enough, else all."""
    away = np.abs((moment - today + YEAR_DAYS // 2) % YEAR_DAYS - YEAR_DAYS // 2)
    same: npt.NDArray[np.bool_] = cases & (away <= SEASON_DAYS)
    return same if same.sum() >= ENOUGH else cases


@dataclass(frozen=True)
class Stays:
    """Every stay of every item in a stage, as columns; `won` is the day the item was won in the end."""

    stage: npt.NDArray[np.str_]
    since: Numbers
    until: Numbers
    won: Numbers

    @classmethod
    def of(cls, items: Sequence[Item]) -> "Stays":
        """The stays of all items."""
        rows = [
            (stage, since, until, item.won_on)
            for item in items
            for (stage, since), until in zip(item.stays, _ends(item), strict=True)
        ]
        stage, *days = zip(*rows, strict=True) if rows else ((), (), (), ())
        return cls(np.array(stage, dtype=np.str_), *(np.array(one, np.int64) for one in days))


def usable(table: Sequence[tuple[int, int, int]], age: int) -> int:
    """The longest standing up to an age of which there are enough past cases. Raises TooFew."""
    enough = [one for one, cases, _ in table if one <= age and cases >= ENOUGH]
    if not enough:
        raise TooFew(table[0][1])
    return enough[-1]


def _ends(item: Item) -> list[int]:
    """When each stay of an item ended."""
    return [*(since for _, since in item.stays[1:]), NEVER if item.ended is None else item.ended]
