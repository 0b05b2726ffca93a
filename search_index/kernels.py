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
def _first_from(docs: I32, low: int, high: int, wanted: int) -> int:
    """The first place from `low` on, before `high`, of a document not below the wanted one."""
    while low < high:
        middle = (low + high) // 2
        if docs[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


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
            # In growing steps from where the last one stood: the rows are sorted as the postings are.
            step, high = 1, low
            while high < end and docs[high] < doc:
                low = high + 1
                high += step
                step *= 2
            high = min(high, end)
            low = _first_from(docs, low, high, doc)
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
def _end_of(text: U8, start: int, end: int, first_line: bool) -> int:
    """Where a stretch of the text ends, or its first line."""
    if not first_line:
        return end
    at = start
    while at < end and text[np.uint64(at)] != np.uint8(10):
        at += 1
    return at


@compiled
def find_phrase(starts: I64, ends: I64, text: U8, phrase: U8, first_line: bool, found: Flags) -> None:
    """Whether the phrase stands in each stretch of the text, or in the first line of each."""
    size, last = len(phrase), phrase[-1]
    # How far the phrase can be moved on when this byte lies under its end.
    moves = np.full(256, size, np.int64)
    for at in range(size - 1):
        moves[phrase[at]] = size - 1 - at
    for number in range(len(starts)):
        end = _end_of(text, starts[number], ends[number], first_line)
        at = starts[number] + size - 1
        while at < end:
            under = text[np.uint64(at)]
            if under == last:
                same = 1
                while same < size and text[np.uint64(at - same)] == phrase[size - 1 - same]:
                    same += 1
                if same == size:
                    found[number] = True
                    break
            at += moves[under]


@compiled
def find_sequence(
    starts: I64, ends: I64, text: U8, pieces: U8, offsets: I64, words: Flags, classes: U8, first_line: bool, found: Flags
) -> None:  # fmt: skip
    """Whether the pieces stand in each stretch of the text, or its first line, with nothing but separators between them.

    Two `words` must have one between them, and beside a word at either end there is no letter. `classes` are those of
    analysis.py for the basic plane, in which separators are 0 and letters 1.
    """
    size = offsets[1]
    for number in range(len(starts)):
        end = _end_of(text, starts[number], ends[number], first_line)
        for at in range(starts[number], end - size + 1):
            if text[np.uint64(at)] != pieces[0] or not _stands_at(text, at, end, pieces, 0, size):
                continue
            if words[0] and at > starts[number] and _class_at(text, _before(text, at), classes) == 1:
                continue
            if _goes_on(text, at + size, end, pieces, offsets, words, classes):
                found[number] = True
                break


@compiled
def _goes_on(
    text: U8, at: int, end: int, pieces: U8, offsets: I64, words: Flags, classes: U8
) -> bool:  # fmt: skip
    """Whether the pieces after the first follow from here on, and what is behind the last does not belong to it."""
    for piece in range(1, len(words)):
        begun = at
        while at < end and text[np.uint64(at)] != np.uint8(10) and _class_at(text, at, classes) == 0:
            at += _width(text[np.uint64(at)])
        if at == begun and words[piece - 1] and words[piece]:
            return False
        if not _stands_at(text, at, end, pieces, offsets[piece], offsets[piece + 1]):
            return False
        at += offsets[piece + 1] - offsets[piece]
    return not (words[-1] and at < end and _class_at(text, at, classes) == 1)


@compiled
def _stands_at(text: U8, at: int, end: int, pieces: U8, first: int, last: int) -> bool:
    """Whether a piece stands at a place."""
    if at + last - first > end:
        return False
    for step in range(last - first):  # noqa: SIM110 - numba compiles no generators
        if text[np.uint64(at + step)] != pieces[np.uint64(first + step)]:
            return False
    return True


@compiled
def _width(byte: int) -> int:
    """How many bytes of UTF-8 a code point has that begins with this one."""
    if byte < 0xC0:
        return 1
    return 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4


@compiled
def _before(text: U8, at: int) -> int:
    """Where the code point before a place begins."""
    at -= 1
    while text[np.uint64(at)] & 0xC0 == 0x80:
        at -= 1
    return at


@compiled
def _class_at(text: U8, at: int, classes: U8) -> int:
    """The class of a code point; beyond the basic plane, that of an ideograph where the plane is one of theirs."""
    width = _width(text[np.uint64(at)])
    if width == 1:
        return int(classes[text[np.uint64(at)]])
    point = int(text[np.uint64(at)]) & (0x7F >> width)
    for step in range(1, width):
        point = point << 6 | int(text[np.uint64(at + step)]) & 0x3F
    if point >= 0x10000:
        return 2 if 0x20000 <= point < 0x40000 else 0
    return int(classes[point])
