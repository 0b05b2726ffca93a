"""Times of several contestants, taken turn by turn so that a disturbance meets all of them alike."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

Query = TypeVar("Query")
Figures = dict[str, float]


def interleaved(
    contestants: Mapping[str, Callable[[Query], object]], queries: Sequence[Query], most: Mapping[str, int]
) -> dict[str, list[float]]:
    """The milliseconds each contestant took for each query; the one that begins changes with every query.

    `most` says how many queries a slow contestant is asked.
    """
    times: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    for number, query in enumerate(queries):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            if number < most.get(name, len(queries)):
                begun = time.perf_counter()
                contestants[name](query)
                times[name].append((time.perf_counter() - begun) * 1_000)
    return times


def summary(times: Sequence[float]) -> Figures:
    """Median, 95th percentile and how many were taken; times in milliseconds."""
    ordered = sorted(times)
    return {
        "p50_ms": round(statistics.median(ordered), 3),
        "p95_ms": round(ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)], 3),
        "runs": len(ordered),
    }


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Our median divided by theirs, over the queries that both were asked."""
    asked = min(len(ours), len(theirs))
    return round(statistics.median(ours[:asked]) / statistics.median(theirs[:asked]), 3)
