"""The loops over the places of pairs, compiled as those over postings are (kernels.py).

The places of a pair lie one posting after the other, for each as many as it counts in title and body together.
"""

import numpy as np
import numpy.typing as npt

from search_index.kernels import MOST, compiled, next_from

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

STRETCHES = 64
"""While a batch is sorted, each text is divided into so many of the same length to know about where something stands."""

FAR = np.int64(0xFFFF)
"""A place is kept in two bytes; what begins as far on as this may be anywhere behind."""


@compiled
def find_spots(ends: I64, spots: U64) -> None:
    """Write about where each code point is: the number of its part, times STRETCHES, and its stretch of the document.

    Two parts, which end where it is said, are a document.
    """
    begin = np.int64(0)
    for part in range(0, len(ends), 2):
        size = np.uint64(ends[part + 1] - begin)
        for at in range(size):
            number = np.uint64(part) + np.uint64(np.int64(at) + begin >= ends[part])
            spots[np.uint64(begin) + at] = number * np.uint64(STRETCHES) + at * np.uint64(STRETCHES) // size
        begin = ends[part + 1]


@compiled
def find_places(
    codes: U64, offsets: I64, docs: I32, in_title: U8, in_body: U8, firsts: I64, keys: U64, points: U32, bounds: I64,
    places: U16,
) -> None:  # fmt: skip
    """Write at which code point of its documents each of these pairs begins.

    The last bits of the keys are the stretches it stands in, of each posting from `firsts` on. The points of each document
    lie between its bounds.
    """
    mask, to = np.uint64((1 << 21) - 1), np.uint64(0)
    for term in range(len(codes)):
        left, right = codes[term] >> np.uint64(21) & mask, codes[term] & mask
        for at in range(np.uint64(offsets[term]), np.uint64(offsets[term + 1])):
            begin, end = bounds[docs[at]], bounds[docs[at] + 1]
            point = np.uint64(begin)
            for number in range(np.uint64(firsts[at]), np.uint64(firsts[at] + _counted(in_title, in_body, at))):
                stretch = np.int64(keys[number] & np.uint64(STRETCHES - 1))
                point = max(point, np.uint64(begin + (stretch * (end - begin) + STRETCHES - 1) // STRETCHES))
                while points[point] != left or points[point + np.uint64(1)] != right:
                    point += np.uint64(1)
                places[to] = min(np.int64(point) - begin, FAR)
                point += np.uint64(1)
                to += np.uint64(1)


@compiled
def _counted(in_title: U8, in_body: U8, at: int) -> np.int64:
    """How many places a posting has."""
    return np.int64(in_title[at]) + np.int64(in_body[at])


@compiled
def count_places(offsets: I64, docs: I32, in_title: U8, in_body: U8, renumber: I32, counts: I64) -> None:
    """Add for each of these pairs how many places it has in documents that are not numbered -1."""
    for term in range(len(counts)):
        for at in range(offsets[term], offsets[term + 1]):
            if renumber[docs[at]] >= 0:
                counts[term] += _counted(in_title, in_body, at)


@compiled
def copy_places(
    offsets: I64, targets: I64, docs: I32, in_title: U8, in_body: U8, places: U16, renumber: I32, out_places: U16
) -> None:  # fmt: skip
    """Copy the places of these pairs to where each has its target, but for those in documents numbered -1."""
    start = np.int64(0)
    for term in range(len(targets)):
        to = targets[term]
        for at in range(offsets[term], offsets[term + 1]):
            end = start + _counted(in_title, in_body, at)
            if renumber[docs[at]] >= 0:
                for place in range(start, end):
                    out_places[to] = places[place]
                    to += 1
            start = end


@compiled
def find_run(
    starts: I64, ends: I64, firsts: I64, shifts: I64, docs: I32, in_title: U8, in_body: U8, places: U16, only_titles: bool,
    rows: I64, found: Flags, unsure: Flags,
) -> None:  # fmt: skip
    """Flag those of the sorted rows that hold a run of characters, as its pairs stand where they meet.

    All rows hold all the pairs; these begin `shifts` characters behind the run's beginning, and their places lie from `firsts`
    on. `unsure` are the rows in which a pair may have other places than those that are kept.
    """
    ats, begins, counts = starts.copy(), firsts.copy(), np.zeros(len(starts), np.int64)
    for number in range(len(rows)):
        doc, sure = rows[number], True
        for term in range(len(starts)):
            at = next_from(docs, ats[term], ends[term], doc)
            begins[term] += _passed(in_title, in_body, ats[term], at)
            ats[term] = at
            counted = _counted(in_title, in_body, at)
            counts[term] = np.int64(in_title[at]) if only_titles else counted
            sure &= in_title[at] < MOST and in_body[at] < MOST and places[begins[term] + counted - 1] < FAR
        unsure[number] = not sure
        found[number] = sure and _meet(begins, counts, shifts, places)


@compiled
def _passed(in_title: U8, in_body: U8, start: int, end: int) -> np.int64:
    """How many places the postings between have."""
    passed = np.int64(0)
    for at in range(np.uint64(start), np.uint64(end)):
        passed += np.int64(in_title[at]) + np.int64(in_body[at])
    return passed


@compiled
def _meet(begins: I64, counts: I64, shifts: I64, places: U16) -> bool:
    """Whether there is a place from which on each of the pairs stands at its distance."""
    for first in range(begins[0], begins[0] + counts[0]):
        start, term = np.int64(places[first]) - shifts[0], 1
        while term < len(begins) and _stands(begins[term], counts[term], start + shifts[term], places):
            term += 1
        if term == len(begins):
            return True
    return False


@compiled
def _stands(begin: int, count: int, wanted: int, places: U16) -> bool:
    """Whether a place is among so many."""
    for at in range(begin, begin + count):  # noqa: SIM110 - numba compiles no generators
        if np.int64(places[at]) == wanted:
            return True
    return False
