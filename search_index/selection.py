"""Filters, facet counts and the order of rows, over the arrays of a snapshot. Nothing here looks at text."""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from search_index.snapshot import Snapshot

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def passing(snapshot: Snapshot, filters: Mapping[str, frozenset[str]], but: str | None = None) -> Flags:
    """The live rows that pass all filters, or all `but` one."""
    flags = snapshot.live.copy()
    for name, wanted in filters.items():
        if name != but:
            flags &= having(snapshot, name, wanted)
    return flags


def having(snapshot: Snapshot, name: str, wanted: frozenset[str]) -> Flags:
    """The rows that have one of the values of a facet, deleted ones too."""
    facet, count = snapshot.facet(name), len(snapshot.ids)
    allowed = np.array([name in wanted for name in facet.names], np.bool_)
    entries: Flags = allowed[facet.numbers]
    if facet.rows is None:
        return entries
    flags = np.zeros(count, np.bool_)
    flags[facet.rows[entries]] = True
    return flags


def counts(snapshot: Snapshot, flags: Flags, name: str) -> dict[str, int]:
    """How many of the rows have each value of a facet, the most frequent first."""
    facet = snapshot.facet(name)
    numbers = facet.numbers[flags if facet.rows is None else flags[facet.rows]]
    found = np.bincount(numbers, minlength=len(facet.names)).tolist()
    ranked = sorted((-count, value) for count, value in zip(found, facet.names, strict=True) if count)
    return {value: -count for count, value in ranked}


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


def among(snapshot: Snapshot, ids: Iterable[int]) -> Flags:
    """The live rows of these documents."""
    flags = np.zeros(len(snapshot.ids), np.bool_)
    flags[snapshot.rows_of(ids)] = True
    return flags


def at_most(snapshot: Snapshot, name: str, most: float) -> Flags:
    """The rows of which the sort key is no more than that, and those that lack it."""
    flags: Flags = ~(snapshot.sort(name) > most)
    return flags


def without(snapshot: Snapshot, flags: Flags, ids: Iterable[int]) -> Flags:
    """The rows but for these documents."""
    flags = flags.copy()
    flags[snapshot.rows_of(ids)] = False
    return flags
