"""Postings of a batch of texts, and the merging of several into one: the arrays a segment consists of.

Pure arrays; no file, no score. Two figures per posting, how often the term stands in the title and in the body, so that
the weight of the title can be chosen when scoring.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from search_index import kernels
from search_index.analysis import CODE_BITS, U32, U64, code_points, is_compound, terms_of, title_words
from search_index.pair_places import PairPlaces, PairPostings, pairs_among, spots_of

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]

BATCH = 8_192
_STRETCH_BITS = np.uint64(6)
_OF_DOCUMENT = np.uint64(1) + _STRETCH_BITS
_OF_TERM = np.uint64(13) + _OF_DOCUMENT

LOOKUP = 8
"""What looking up one document in one term costs, in postings read one after the other."""


class Places(NamedTuple):
    """Where terms stand in postings: number of the term there, start and end of its postings; all 0 where it is not."""

    numbers: I64
    starts: I64
    ends: I64


@dataclass(frozen=True, slots=True)
class Postings:
    """Terms sorted by code; those of term i lie at offsets[i]:offsets[i+1], sorted by document."""

    codes: U64
    offsets: I64
    docs: I32
    in_title: U8
    in_body: U8
    places: PairPlaces

    @property
    def pairs(self) -> slice:
        """Which of the terms are pairs."""
        return pairs_among(self.codes)

    @property
    def pair_postings(self) -> PairPostings:
        """Those of pairs."""
        return _pair_postings(self.pairs, self.offsets, self.docs, self.in_title, self.in_body)

    def find(self, codes: U64) -> Places:
        """Where the terms of these codes stand, in the order asked for."""
        found = Places(*np.zeros((3, len(codes)), np.int64))
        kernels.find_terms(self.codes, self.offsets, codes, *found)
        return found


@dataclass(frozen=True, slots=True)
class Batch:
    """The postings of up to `BATCH` texts and, per text, the number of terms: rows title singles, title pairs, body
    singles, body pairs."""

    postings: Postings
    lengths: I32


def postings_of(texts: Sequence[tuple[str, str]]) -> Batch:
    """Postings of (title, body) pairs that are folded already."""
    parts, titles = [part for text in texts for part in text], [title for title, _ in texts]
    points = code_points("".join(f"{part}\n" for part in parts))
    terms, ends = terms_of(points), _ends(parts)
    spots = spots_of(ends)[terms.starts]
    # Field 2n is the title of document n, 2n + 1 its body: one number to sort by, and its parity tells them apart.
    counts = np.zeros((2, len(parts)), np.int64)
    kernels.count_fields(spots, _STRETCH_BITS, is_compound(terms.codes), counts)
    lengths = np.stack([count[parity::2] for parity in (0, 1) for count in counts]).astype(np.int32)
    # The words of titles do not make their documents longer: they are read out of the same characters once more.
    words = title_words("\n".join(titles))
    titled = np.searchsorted(_ends(titles), words.starts, side="right").astype(np.uint64)
    keys = np.concatenate((_keys(terms.codes, spots), _keys(words.codes, titled << _OF_DOCUMENT)))
    return Batch(_grouped(np.sort(keys), points, np.concatenate(([0], ends[1::2]))), lengths)


def _ends(parts: Sequence[str]) -> I64:
    """Where each of the parts ends, with one separator behind it."""
    return np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)) + 1)


def _keys(codes: U64, spots: U64) -> U64:
    """A number to sort by for each time that a term stands in a text: term, document, title or body, stretch of the text."""
    assert CODE_BITS + int(_OF_TERM) <= 64
    return codes << _OF_TERM | spots


def _grouped(keys: U64, points: U32, bounds: I64) -> Postings:
    count, terms = kernels.count_runs(keys, _OF_DOCUMENT), kernels.count_runs(keys, _OF_TERM)
    codes, firsts = np.empty(terms, np.uint64), np.empty(count, np.int64)
    offsets, docs = np.zeros(terms + 1, np.int64), np.empty(count, np.int32)
    in_title, in_body = np.zeros(count, np.uint8), np.zeros(count, np.uint8)
    arrays = offsets, docs, in_title, in_body
    kernels.group_keys(keys, _OF_DOCUMENT, _STRETCH_BITS, _OF_TERM, codes, *arrays, firsts)
    pairs = pairs_among(codes)
    places = _pair_postings(pairs, *arrays).places(codes[pairs], firsts, keys, points, bounds)
    # Mapped arrays are read-only too, and numba compiles once more for each mixture.
    for array in (*arrays, places.offsets, places.values):
        array.flags.writeable = False
    return Postings(codes, *arrays, places)


def _pair_postings(pairs: slice, offsets: I64, docs: I32, in_title: U8, in_body: U8) -> PairPostings:
    return PairPostings(offsets[pairs.start : pairs.stop + 1], docs, in_title, in_body)


def _first_of_runs(sorted_values: U64) -> I64:
    if not len(sorted_values):
        return np.empty(0, np.int64)
    return np.flatnonzero(np.concatenate(([True], sorted_values[1:] != sorted_values[:-1])))


def merged(parts: Sequence[tuple[Postings, I32]]) -> Postings:
    """One set of postings out of several, without sorting postings again.

    Each comes with the new number of each of its documents, -1 for one to leave out. The numbers must grow within a
    part and from part to part.
    """
    codes = np.concatenate([part.codes for part, _ in parts])
    order = np.argsort(codes, kind="stable")
    targets, total = _targets(order, np.concatenate([_kept(part, renumber) for part, renumber in parts]))
    docs, in_title, in_body = np.empty(total, np.int32), np.empty(total, np.uint8), np.empty(total, np.uint8)
    for (part, renumber), (start, end) in zip(parts, _bounds(parts), strict=True):
        kernels.copy_postings(
            part.offsets[:-1], part.offsets[1:], targets[start:end],
            part.docs, part.in_title, part.in_body, renumber, docs, in_title, in_body,
        )  # fmt: skip
    firsts = order[_first_of_runs(codes[order])]
    filled = firsts[np.diff(targets[firsts], append=total) > 0]
    places = _merged_places(parts, order, filled[pairs_among(codes[filled])])
    return Postings(codes[filled], np.append(targets[filled], total), docs, in_title, in_body, places)


def _targets(order: I64, kept: I64) -> tuple[I64, int]:
    """Where what is kept of each term of each part begins once the terms stand in this order, and how much it is in all."""
    ends, targets = np.cumsum(kept[order]), np.empty(len(order), np.int64)
    targets[order] = ends - kept[order]
    return targets, int(ends[-1]) if len(order) else 0


def _merged_places(parts: Sequence[tuple[Postings, I32]], order: I64, firsts: I64) -> PairPlaces:
    """The places of pairs; `firsts` is for each of these the first among the terms of all parts."""
    starts = [start for start, _ in _bounds(parts)]
    slices = [
        slice(start + part.pairs.start, start + part.pairs.stop) for start, (part, _) in zip(starts, parts, strict=True)
    ]
    kept = np.zeros(len(order), np.int64)
    for among, (part, renumber) in zip(slices, parts, strict=True):
        kept[among] = part.pair_postings.kept(renumber)
    targets, total = _targets(order, kept)
    values = np.empty(total, np.uint16)
    for among, (part, renumber) in zip(slices, parts, strict=True):
        part.pair_postings.copy(part.places, renumber, targets[among], values)
    return PairPlaces(np.append(targets[firsts], total), values)


def _kept(part: Postings, renumber: I32) -> I64:
    """How many postings of each term remain."""
    before = np.concatenate(([0], np.cumsum(renumber[part.docs] >= 0)))
    return before[part.offsets[1:]] - before[part.offsets[:-1]]


def _bounds(parts: Sequence[tuple[Postings, I32]]) -> Iterator[tuple[int, int]]:
    ends = np.cumsum([0, *(len(part.codes) for part, _ in parts)]).tolist()
    return pairwise(ends)
