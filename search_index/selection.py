"""Filters, facet counts and the order of rows, over the arrays of a snapshot. Nothing here looks at text."""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from search_index import kernels
from search_index.segment_file import Facet
from search_index.snapshot import Snapshot

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def passing(snapshot: Snapshot, filters: Mapping[str, frozenset[str]]) -> Flags:
    """The live rows that pass all filters, as flags over all rows."""
    rows = np.flatnonzero(snapshot.live)
    for name, wanted in filters.items():
        rows = rows[having(snapshot, rows, name, wanted)]
    return flags_of(snapshot, rows)


def having(snapshot: Snapshot, rows: I64, name: str, wanted: frozenset[str]) -> Flags:
    """Which of the rows have one of the values of a facet."""
    facet, found = snapshot.facet(name), np.zeros(len(rows), np.bool_)
    allowed = np.array([value in wanted for value in facet.names], np.bool_)
    kernels.find_numbers(facet.numbers.offsets, facet.numbers.values, allowed, rows, found)
    return found


def counts(snapshot: Snapshot, rows: I64, names: Iterable[str]) -> dict[str, dict[str, int]]:
    """For each facet how many of the rows have each of its values, the most frequent first."""
    return {name: _counts(snapshot.facet(name), rows) for name in names}


def _counts(facet: Facet, rows: I64) -> dict[str, int]:
    numbers = np.zeros(len(facet.names), np.int64)
    kernels.count_numbers(facet.numbers.offsets, facet.numbers.values, rows, numbers)
    # Values that are as frequent stay in the order of their names.
    falling = np.argsort(-numbers, kind="stable")[: np.count_nonzero(numbers)]
    return {facet.names[at]: int(numbers[at]) for at in falling.tolist()}


def flags_of(snapshot: Snapshot, rows: I64) -> Flags:
    """The rows as flags over all rows."""
    flags = np.zeros(len(snapshot.ids), np.bool_)
    flags[rows] = True
    return flags


def ranked(keys: F64, ids: I64, count: int, descending: bool) -> I64:
    """The places of the first `count` in order of key, then of id. What is not a number comes last both ways."""
    if count <= 0:
        return np.empty(0, np.int64)
    falling = np.where(np.isnan(keys), -np.inf, keys if descending else -keys)
    candidates = np.arange(len(keys))
    if count < len(keys) // 4:
        # Sorting everything for a page of twenty would be most of the time of a search.
        last = np.partition(falling, len(keys) - count)[len(keys) - count]
        candidates = np.flatnonzero(falling >= last)
    order = np.lexsort((ids[candidates], -falling[candidates]))
    return candidates[order][:count]


def without(snapshot: Snapshot, flags: Flags, ids: Iterable[int]) -> Flags:
    """The rows but for these documents."""
    flags = flags.copy()
    flags[snapshot.rows_of(ids)] = False
    return flags
