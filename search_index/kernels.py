"""The loops that numpy cannot express: scoring, counting and copying of postings, compiled by numba.

Plain arrays in, plain arrays out. Compiled code is kept on disk where a place for it can be written. Indices are turned
into unsigned ones because numba otherwise asks of each whether it is negative, which takes longer than the rest.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
Flags = npt.NDArray[np.bool_]


def compiled(function: Kernel) -> Kernel:
    """Compile at the first call, without holding the interpreter lock while it runs."""
    try:
        return cast(Kernel, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:
        # Neither the package's folder nor the home of this user can be written: compile in every process instead.
        return cast(Kernel, numba.njit(nogil=True, error_model="numpy")(function))


@compiled
def add_scores(
    starts: I64, ends: I64, weights: F64, docs: I32, in_title: U8, in_body: U8, title_weight: float, norms: F64,
    scores: F64, matched: U16,
) -> None:  # fmt: skip
    """Add the BM25 of each term (one stretch of postings each) to `scores`, and count in `matched` the terms held."""
    for term in range(len(starts)):
        weight = weights[term]
        for at in range(np.uint64(starts[term]), np.uint64(ends[term])):
            doc = np.uint32(docs[at])
            frequency = title_weight * in_title[at] + in_body[at]
            scores[doc] += weight * frequency / (frequency + norms[doc])
            matched[doc] += np.uint16(1)


@compiled
def count_live(starts: I64, ends: I64, docs: I32, live: Flags, counts: I64) -> None:
    """Add to `counts` how many documents that are not deleted hold each term."""
    for term in range(len(starts)):
        for at in range(np.uint64(starts[term]), np.uint64(ends[term])):
            if live[np.uint32(docs[at])]:
                counts[term] += 1


@compiled
def find_postings(starts: I64, ends: I64, docs: I32, wanted: I32, found: I64) -> None:
    """The place in the postings of each term (column) for each wanted document (row), -1 where it is not held."""
    for term in range(len(starts)):
        for row in range(len(wanted)):
            low, high = starts[term], ends[term]
            while low < high:
                middle = (low + high) // 2
                if docs[middle] < wanted[row]:
                    low = middle + 1
                else:
                    high = middle
            if low < ends[term] and docs[low] == wanted[row]:
                found[row, term] = low


@compiled
def copy_postings(
    starts: I64, ends: I64, targets: I64, docs: I32, in_title: U8, in_body: U8, renumber: I32,
    out_docs: I32, out_title: U8, out_body: U8,
) -> None:  # fmt: skip
    """Copy stretches of postings to their places, with new document numbers, leaving out those numbered -1."""
    for stretch in range(len(starts)):
        to = targets[stretch]
        for at in range(starts[stretch], ends[stretch]):
            doc = renumber[docs[at]]
            if doc >= 0:
                out_docs[to] = doc
                out_title[to] = in_title[at]
                out_body[to] = in_body[at]
                to += 1
