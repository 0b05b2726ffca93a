"""Are the forecasts of targets right? Years of deals are simulated, forecast from inside, and compared with what they brought.

`python -m benchmarks.forecast` prints JSON: for each kind of city and each day of the year, in how many simulated years the
true amount lay within the range (four of five are meant to), by how much the middle was off, and by how much a straight line was,
which is what a person would draw instead. The median error is in per cent of the year's true amount.
"""

import json
import math
import random
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.targets.forecast import forecast
from marketplace.targets.outlook import Change, Forecast, Item
from marketplace.targets.rules import share_gone, straight_line

YEAR = 2026
FIRST = date(2022, 1, 1)
DAYS = (date(YEAR, 3, 31), date(YEAR, 6, 30), date(YEAR, 9, 30), date(YEAR, 11, 30))
YEARS_EACH = 200
COUNTIES = ("kuiwen", "shouguang", "zhucheng", "qingzhou")
DECEMBER_RUSH = 3.0
NOMINAL = 80


@dataclass(frozen=True)
class City:
    """How a simulated city does business: deals a week at the beginning, growth a year, whether the end of a year is busy, and
    the spread of the amounts (sigma of their logarithm)."""

    name: str
    weekly: float
    growth: float = 0.0
    rush: bool = False
    spread: float = 1.0


CITIES = (
    City("steady", 4),
    City("small and steady", 1),
    City("grows by a fifth a year", 4, growth=0.2),
    City("signs in December", 4, rush=True),
    City("few large contracts", 4, spread=1.8),
)


def main() -> None:
    """Print the figures."""
    found = [{"city": city.name, "days": [_day(city, day) for day in DAYS]} for city in CITIES]
    json.dump(
        {"years_each": YEARS_EACH, "nominal": NOMINAL, "cities": found, "milliseconds": _speed()}, sys.stdout, indent=1
    )


def _day(city: City, day: date) -> dict[str, object]:
    inside, errors, lines = 0, [], []
    for seed in range(YEARS_EACH):
        items, changes = simulate(city, seed)
        reached, true = brought(items, changes, day), brought(items, changes, date(YEAR, 12, 31))
        together = _at(items, changes, day).city.together
        inside += reached + together.low <= true <= reached + together.high
        errors.append(abs(reached + together.middle - true) / true)
        lines.append(abs(straight_line(reached, share_gone(YEAR, day)) - true) / true)
    return {
        "day": day.isoformat(),
        "inside_percent": round(100 * inside / YEARS_EACH, 1),
        "off_percent": round(100 * statistics.median(errors), 1),
        "straight_line_off_percent": round(100 * statistics.median(lines), 1),
    }


def _at(items: list[Item], changes: list[Change], day: date) -> Forecast:
    return forecast(items, changes, day, date(YEAR, 12, 31))


def brought(items: list[Item], changes: list[Change], day: date) -> int:
    """The year's amount up to a day, in fen."""
    first, last = date(YEAR, 1, 1).toordinal(), day.toordinal()
    won = sum(item.fen or 0 for item in items if item.won and first <= (item.ended or 0) <= last)
    return won + sum(one.fen for one in changes if first <= one.on <= last)


def simulate(city: City, seed: int) -> tuple[list[Item], list[Change]]:
    """Five years of deals; the same for the same seed. Nothing of the forecast's own reckoning is used."""
    rng = random.Random(f"{city.name}:{seed}")
    items = [_deal(city, rng, day) for day in _beginnings(city, rng)]
    return items, list(_changes(rng, items))


def _beginnings(city: City, rng: random.Random) -> Iterator[date]:
    days = (date(YEAR, 12, 31) - FIRST).days
    for number in range(days):
        for _ in range(_poisson(rng, city.weekly / 7 * (1 + city.growth) ** (number / 365))):
            yield FIRST + timedelta(days=number)


def _deal(city: City, rng: random.Random, began: date) -> Item:
    fen = int(rng.lognormvariate(math.log(20_000_000), city.spread))
    day, stays = began, []
    for stage, middle, lost in (("negotiating", 40, 0.35), ("drafting", 12, 0.1), ("signing", 8, 0.05)):
        stays.append((stage, day.toordinal()))
        rest = rng.lognormvariate(math.log(middle), 0.8)
        day += timedelta(days=1 + int(rest / (DECEMBER_RUSH if city.rush and day.month >= 11 else 1)))
        if rng.random() < lost:
            return Item(rng.choice(COUNTIES), fen, began.toordinal(), tuple(stays), day.toordinal(), won=False)
    return Item(rng.choice(COUNTIES), fen, began.toordinal(), tuple(stays), day.toordinal(), won=True)


def _changes(rng: random.Random, items: list[Item]) -> Iterator[Change]:
    for item in items:
        if item.won and item.ended and rng.random() < 0.04:
            yield Change(item.county, item.ended + rng.randrange(20, 300), -(item.fen or 0) // 2)


def _poisson(rng: random.Random, mean: float) -> int:
    number, left = 0, math.exp(-mean)
    product = rng.random()
    while product > left:
        number, product = number + 1, product * rng.random()
    return number


def _speed() -> dict[str, float]:
    """How long one forecast takes, by the number of deals on record."""
    took = {}
    for weekly in (4, 20, 40):
        items, changes = simulate(City("speed", weekly), 1)
        began = time.perf_counter()
        _at(items, changes, DAYS[1])
        took[str(len(items))] = round(1000 * (time.perf_counter() - began), 1)
    return took


if __name__ == "__main__":
    main()
