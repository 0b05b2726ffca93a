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
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
U16 = npt.NDArray[np.uint16]
Flags = npt.NDArray[np.bool_]

MOST = 255
"""A frequency is kept in one byte; what occurs more often counts as this often."""


def compiled(function: Kernel) -> Kernel:
    """Compile at the first call, without holding the interpreter lock while it runs."""
    try:
        return cast(Kernel, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:
        # Neither the package's folder nor the home of this user can be written: compile in every process instead.
        return cast(Kernel, numba.njit(nogil=True, error_model="numpy")(function))


@compiled
def _first_from(docs: I32 | U64, low: int, high: int, wanted: int) -> int:
    """The first place from `low` on, before `high`, of a document, or a code, not below the wanted one."""
    while low < high:
        middle = (low + high) // 2
        if docs[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def next_from(docs: I32, low: int, end: int, wanted: int) -> int:
    """The same in growing steps from where the last one stood, for documents that are asked for in their order."""
    step, high = 1, low
    while high < end and docs[high] < wanted:
        low = high + 1
        high += step
        step *= 2
    return _first_from(docs, low, min(high, end), wanted)


@compiled
def add_scores(
    order: I64, starts: I64, ends: I64, weights: F64, pairs: Flags, docs: I32, in_title: U8, in_body: U8,
    title_weight: float, single_norms: F64, pair_norms: F64, scores: F64,
) -> None:  # fmt: skip
    """Add to `scores` the BM25 of the terms in `order`, each of which is one stretch of postings."""
    for place in range(len(order)):
        term = order[place]
        weight = weights[term]
        norms = pair_norms if pairs[term] else single_norms
        for at in range(np.uint64(starts[term]), np.uint64(ends[term])):
            doc = np.uint32(docs[at])
            frequency = title_weight * in_title[at] + in_body[at]
            scores[doc] += weight * frequency / (frequency + norms[doc])


@compiled
def finish_scores(
    order: I64, starts: I64, ends: I64, weights: F64, pairs: Flags, docs: I32, in_title: U8, in_body: U8,
    title_weight: float, single_norms: F64, pair_norms: F64, rests: F64, threshold: float, rows: I64, scores: F64,
) -> int:  # fmt: skip
    """Add the terms in `order` to the scores of a few sorted rows, and give up those that cannot reach `threshold`.

    `rests` is the most that the terms from each place on can still add. Those that are left stand first; returns how many.
    """
    count = len(rows)
    for place in range(len(order)):
        term = order[place]
        low, end = starts[term], ends[term]
        norms = pair_norms if pairs[term] else single_norms
        kept = 0
        for row in range(count):
            doc = rows[row]
            low = next_from(docs, low, end, doc)
            score = scores[row]
            if low < end and docs[low] == doc:
                frequency = title_weight * in_title[low] + in_body[low]
                score += weights[term] * frequency / (frequency + norms[doc])
            if score + rests[place + 1] >= threshold:
                rows[kept], scores[kept] = doc, score
                kept += 1
        count = kept
    return count


@compiled
def lowest_of_best(scores: F64, allowed: Flags, best: F64) -> float:
    """The lowest of the highest scores of allowed rows, of which there shall be as many as `best` (all 0) has places."""
    count = len(best)
    for row in range(len(scores)):
        if scores[row] > best[0] and allowed[row]:
            # A heap with the lowest on top: the new one sinks to its place.
            score, at, child = scores[row], 0, 1
            while child < count:
                if child + 1 < count and best[child + 1] < best[child]:
                    child += 1
                if best[child] >= score:
                    break
                best[at] = best[child]
                at, child = child, 2 * child + 1
            best[at] = score
    return float(best[0])


@compiled
def highest_impacts(
    offsets: I64, pairs: Flags, docs: I32, in_title: U8, in_body: U8, title_weight: float, single_norms: F64,
    pair_norms: F64, highest: F32,
) -> None:  # fmt: skip
    """For every term the largest frequency / (frequency + norm) among its postings."""
    for term in range(len(highest)):
        norms = pair_norms if pairs[term] else single_norms
        most = 0.0
        for at in range(np.uint64(offsets[term]), np.uint64(offsets[term + 1])):
            frequency = title_weight * in_title[at] + in_body[at]
            most = max(most, frequency / (frequency + norms[np.uint32(docs[at])]))
        highest[term] = most


@compiled
def count_held(starts: I64, ends: I64, docs: I32, held: U16) -> None:
    """Count in `held` how many of the terms each document holds."""
    for term in range(len(starts)):
        for at in range(np.uint64(starts[term]), np.uint64(ends[term])):
            held[np.uint32(docs[at])] += np.uint16(1)


@compiled
def count_live(starts: I64, ends: I64, docs: I32, live: Flags, counts: I64) -> None:
    """Add to `counts` how many documents that are not deleted hold each term."""
    for term in range(len(starts)):
        for at in range(np.uint64(starts[term]), np.uint64(ends[term])):
            if live[np.uint32(docs[at])]:
                counts[term] += 1


@compiled
def find_ends(starts: I64, ends: I64, docs: I32, limit: int, found: I64) -> None:
    """For each term, where its postings of documents below `limit` end."""
    for term in range(len(starts)):
        found[term] = _first_from(docs, starts[term], ends[term], limit)


@compiled
def find_terms(codes: U64, offsets: I64, wanted: U64, numbers: I64, starts: I64, ends: I64) -> None:
    """For each wanted term its number, and where its postings begin and end; nothing is written where there are none."""
    for place in range(len(wanted)):
        at = _first_from(codes, 0, len(codes), wanted[place])
        if at < len(codes) and codes[at] == wanted[place]:
            numbers[place], starts[place], ends[place] = at, offsets[at], offsets[at + 1]


@compiled
def intersect(
    starts: I64, ends: I64, rarest: int, docs: I32, in_title: U8, only_titles: bool, among: Flags, base: int, rows: I64
) -> int:  # fmt: skip
    """Write the documents that stand in every one of the stretches of postings: those of the rarest term are looked up.

    Only those that are flagged in `among` count, and are numbered from `base` on. Returns how many there are.
    """
    lows, count = starts.copy(), 0
    for at in range(starts[rarest], ends[rarest]):
        doc = docs[at]
        held, term = among[doc], 0
        while held and term < len(starts):
            low = at if term == rarest else next_from(docs, lows[term], ends[term], doc)
            held = low < ends[term] and docs[low] == doc and not (only_titles and in_title[low] == 0)
            lows[term] = low
            term += 1
        if held:
            rows[count] = base + doc
            count += 1
    return count


@compiled
def count_numbers(offsets: I64, numbers: I32, rows: I64, counts: I64) -> None:
    """Add to `counts` how often each number stands in the lists of some rows."""
    # Where every row has one number one need not look where it stands, which takes longer than the rest.
    single = len(numbers) == len(offsets) - 1
    for row in rows:
        first, end = (row, row + 1) if single else (offsets[row], offsets[row + 1])
        for at in range(np.uint64(first), np.uint64(end)):
            counts[np.uint32(numbers[at])] += 1


@compiled
def find_numbers(offsets: I64, numbers: I32, wanted: Flags, rows: I64, found: Flags) -> None:
    """Whether the list of each row has one of the numbers that are flagged as wanted."""
    single = len(numbers) == len(offsets) - 1
    for place in range(len(rows)):
        row = rows[place]
        first, end = (row, row + 1) if single else (offsets[row], offsets[row + 1])
        for at in range(np.uint64(first), np.uint64(end)):
            found[place] |= wanted[np.uint32(numbers[at])]


@compiled
def find_postings(starts: I64, ends: I64, docs: I32, wanted: I32, found: I64) -> None:
    """The place in the postings of each term (column) for each wanted document (row), -1 where it is not held."""
    for term in range(len(starts)):
        for row in range(len(wanted)):
            at = _first_from(docs, starts[term], ends[term], wanted[row])
            if at < ends[term] and docs[at] == wanted[row]:
                found[row, term] = at


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


@compiled
def count_runs(keys: U64, bits: np.uint64) -> int:
    """How many different numbers the sorted keys have before their last bits."""
    count = 0
    for at in range(np.uint64(len(keys))):
        if at == np.uint64(0) or keys[at] >> bits != keys[at - np.uint64(1)] >> bits:
            count += 1
    return count


@compiled
def group_keys(
    keys: U64, document_bits: np.uint64, body_bit: np.uint64, term_bits: np.uint64, codes: U64, offsets: I64, docs: I32,
    in_title: U8, in_body: U8, firsts: I64,
) -> None:  # fmt: skip
    """Make postings of sorted keys, one for each time that a term stands in a text, and tell where those of each begin.

    A key is the term's code before `term_bits`, and before `document_bits` the document as well; one bit tells a body from
    a title. The frequencies are all 0 at first.
    """
    term, posting = np.int64(-1), np.int64(-1)
    for at in range(np.uint64(len(keys))):
        key, before = keys[at], keys[at - np.uint64(1)] if at else ~keys[at]
        if key >> term_bits != before >> term_bits:
            term += 1
            codes[term], offsets[term] = key >> term_bits, posting + 1
        if key >> document_bits != before >> document_bits:
            posting += 1
            firsts[posting] = at
            docs[posting] = key >> document_bits & (np.uint64(1) << (term_bits - document_bits)) - np.uint64(1)
        frequencies = in_body if key >> body_bit & np.uint64(1) else in_title
        if frequencies[posting] < MOST:
            frequencies[posting] += np.uint8(1)
    offsets[term + 1] = posting + 1


@compiled
def count_fields(spots: U64, bits: np.uint64, pairs: Flags, counts: I64) -> None:
    """Count for each field, which is the number before the last bits of a spot, its terms that are no pairs, and its pairs."""
    for at in range(np.uint64(len(spots))):
        counts[np.uint64(pairs[at]), spots[at] >> bits] += 1
