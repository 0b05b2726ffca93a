"""Which texts of two crowds are nearly the same, every pair compared. Pure; likeness.py says what likeness is.

A product of two sparse matrices counts what each pair shares: 4 million pairs of 130 marks take a quarter of a second.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from search_index.analysis import I64, U64

_CHUNK = 256
"""Texts compared at once with all the others: the counts of their pairs lie in memory together."""


@dataclass(frozen=True)
class Twins:
    """Two texts that are nearly the same, by their places in the two crowds."""

    first: int
    second: int
    likeness: float


Measure = Callable[[Any, Any, Any], Any]
"""How alike two texts are by the number of marks they share and have, for arrays of numbers."""

Allowed = Callable[[I64, I64], npt.NDArray[np.bool_]]
"""Which pairs count, by the places of the first and of the second texts."""


class Crowd:
    """Many texts, each given by its marks, to be compared with others at once: twins reach `threshold` by `measure`."""

    def __init__(self, marks: Sequence[U64], measure: Measure, threshold: float) -> None:
        self._measure, self._threshold = measure, threshold
        self._codes = np.unique(_joined(marks))
        self._sizes = _sizes(marks)
        self._matrix = self._counted(marks)

    def twins_with(self, others: Sequence[U64], allowed: Allowed, limit: int) -> Iterator[Twins]:
        """For each of the crowd its twins among the others, of the pairs that are `allowed` the `limit` most alike."""
        across, sizes = self._counted(others).T.tocsr(), _sizes(others)
        for start in range(0, len(self._sizes), _CHUNK):
            shared = (self._matrix[start : start + _CHUNK] @ across).tocoo()
            first, second = shared.row.astype(np.int64) + start, shared.col.astype(np.int64)
            alike = self._measure(shared.data, self._sizes[first], sizes[second])
            close = np.flatnonzero((alike >= self._threshold) & allowed(first, second))
            for at in _foremost(first[close], second[close], alike[close], limit):
                pair = close[at]
                yield Twins(int(first[pair]), int(second[pair]), float(alike[pair]))

    def _counted(self, marks: Sequence[U64]) -> sparse.csr_matrix:
        """Texts by the marks of the crowd; what nobody in the crowd holds is left out."""
        codes = _joined(marks)
        places = np.searchsorted(self._codes, codes)
        known = places < len(self._codes)
        known[known] = self._codes[places[known]] == codes[known]
        texts = np.repeat(np.arange(len(marks)), _sizes(marks))[known]
        ones = np.ones(len(texts), np.int32)
        return sparse.csr_matrix((ones, (texts, places[known])), shape=(len(marks), len(self._codes)))


def _foremost(first: I64, second: I64, alike: Any, limit: int) -> Iterator[int]:
    """The places of the pairs that are among the most alike of their first text. A list may hold one text a thousand times."""
    order = np.lexsort((second, -alike, first))
    begins = np.searchsorted(first[order], first[order])
    return iter(order[np.arange(len(order)) - begins < limit].tolist())


def _joined(marks: Sequence[U64]) -> U64:
    return np.concatenate([np.empty(0, np.uint64), *marks])


def _sizes(marks: Sequence[U64]) -> I64:
    return np.fromiter(map(len, marks), np.int64, len(marks))
