"""Postings of a batch of texts, and the merging of several into one: the arrays a segment consists of.

Pure arrays; no file, no score. Two figures per posting, how often the term stands in the title and in the body, so that
the weight of the title can be chosen when scoring.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from search_index import kernels
from search_index.analysis import CODE_BITS, U64, Terms, code_points, is_compound, terms_of, title_words

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]

BATCH = 8_192
_DOC_BITS = np.uint64(13)
_FIELD_BITS = np.uint64(1)

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

    def places(self, codes: U64) -> Places:
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
    codes, fields = _codes_and_fields(
        [part for text in texts for part in text], lambda text: terms_of(code_points(text))
    )
    pair = is_compound(codes)
    # Field 2n is the title of document n, 2n + 1 its body: one number to sort by, and its parity tells them apart.
    counts = [np.bincount(fields[pair == kind], minlength=2 * len(texts)) for kind in (False, True)]
    lengths = np.stack([count[parity::2] for parity in (0, 1) for count in counts]).astype(np.int32)
    words, titles = _codes_and_fields([title for title, _ in texts], title_words)
    # The words of titles do not make their documents longer: they are read out of the same characters once more.
    codes, fields = np.concatenate((codes, words)), np.concatenate((fields, 2 * titles))
    keys = codes << (_DOC_BITS + _FIELD_BITS) | fields.astype(np.uint64)
    return Batch(_grouped(np.sort(keys)), lengths)


def _codes_and_fields(parts: Sequence[str], analysed: Callable[[str], Terms]) -> tuple[U64, I64]:
    """The terms of all parts, and the number of the part each stands in."""
    terms = analysed("\n".join(parts))
    sizes = np.fromiter((len(part) for part in parts), np.int64, len(parts))
    ends = np.cumsum(sizes + 1)
    return terms.codes, np.searchsorted(ends, terms.starts, side="right")


def _grouped(keys: U64) -> Postings:
    assert CODE_BITS + int(_DOC_BITS + _FIELD_BITS) <= 64
    places = keys >> _FIELD_BITS
    firsts = _first_of_runs(places)
    body = (keys & np.uint64(1)).astype(np.int64)
    total = np.diff(np.append(firsts, len(keys)))
    in_body = np.add.reduceat(body, firsts) if len(firsts) else body
    places = places[firsts]
    codes = places >> _DOC_BITS
    terms = _first_of_runs(codes)
    postings = Postings(
        codes[terms],
        np.append(terms, len(codes)),
        (places & np.uint64((1 << int(_DOC_BITS)) - 1)).astype(np.int32),
        np.minimum(total - in_body, kernels.MOST).astype(np.uint8),
        np.minimum(in_body, kernels.MOST).astype(np.uint8),
    )
    # Mapped arrays are read-only too, and numba compiles once more for each mixture.
    for array in (postings.offsets, postings.docs, postings.in_title, postings.in_body):
        array.flags.writeable = False
    return postings


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
    kept = np.concatenate([_kept(part, renumber) for part, renumber in parts])
    order = np.argsort(codes, kind="stable")
    firsts = _first_of_runs(codes[order])
    ends_in_order = np.cumsum(kept[order])
    total = int(ends_in_order[-1]) if len(order) else 0
    targets = np.empty(len(order), np.int64)
    targets[order] = ends_in_order - kept[order]
    docs, in_title, in_body = np.empty(total, np.int32), np.empty(total, np.uint8), np.empty(total, np.uint8)
    for (part, renumber), (start, end) in zip(parts, _bounds(parts), strict=True):
        kernels.copy_postings(
            part.offsets[:-1], part.offsets[1:], targets[start:end],
            part.docs, part.in_title, part.in_body, renumber, docs, in_title, in_body,
        )  # fmt: skip
    offsets = np.append(targets[order][firsts], total)
    filled = offsets[1:] > offsets[:-1]
    return Postings(codes[order][firsts][filled], np.append(offsets[:-1][filled], total), docs, in_title, in_body)


def _kept(part: Postings, renumber: I32) -> I64:
    """How many postings of each term remain."""
    before = np.concatenate(([0], np.cumsum(renumber[part.docs] >= 0)))
    return before[part.offsets[1:]] - before[part.offsets[:-1]]


def _bounds(parts: Sequence[tuple[Postings, I32]]) -> Iterator[tuple[int, int]]:
    ends = np.cumsum([0, *(len(part.codes) for part, _ in parts)]).tolist()
    return pairwise(ends)
