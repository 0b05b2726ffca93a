"""Where the pairs of characters stand in the texts, so that a run of them is found without reading a text.

Pure arrays beside those of postings.py, which joins the two; no file.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from search_index import place_kernels
from search_index.analysis import PAIR_CODES, U32, U64

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class PairPlaces:
    """At which code points of the folded title, a line break and the folded body each pair begins.

    Those of pair i lie at offsets[i]:offsets[i+1], in the order of its postings. `place_kernels.FAR` is what they end with.
    """

    offsets: I64
    values: U16


def pairs_among(codes: U64) -> slice:
    """Which of the sorted codes are pairs."""
    return slice(*np.searchsorted(codes, PAIR_CODES).tolist())


def spots_of(ends: I64) -> U64:
    """About where each code point is, of titles and bodies in turn that end where it is said (place_kernels.py)."""
    spots = np.empty(ends[-1], np.uint64)
    place_kernels.find_spots(ends, spots)
    return spots


@dataclass(frozen=True, slots=True)
class PairPostings:
    """The postings of pairs as they stand among all others: `offsets` are those of pairs alone, and one more."""

    offsets: I64
    docs: I32
    in_title: U8
    in_body: U8

    def places(self, codes: U64, firsts: I64, keys: U64, points: U32, bounds: I64) -> PairPlaces:
        """The places in a batch of texts, whose points lie between the bounds.

        There is a key, which ends with the stretch, for every time that a term stands in a text: of the posting at i from
        firsts[i] on.
        """
        begin, end = self.offsets[0], self.offsets[-1]
        counts = self.in_title[begin:end].astype(np.int64) + self.in_body[begin:end]
        offsets = np.concatenate(([0], np.cumsum(counts)))[self.offsets - begin]
        values = np.empty(offsets[-1], np.uint16)
        arrays = self.offsets, self.docs, self.in_title, self.in_body
        place_kernels.find_places(codes, *arrays, firsts, keys, points, bounds, values)
        return PairPlaces(offsets, values)

    def kept(self, renumber: I32) -> I64:
        """How many places of each pair are in documents that are kept."""
        counts = np.zeros(len(self.offsets) - 1, np.int64)
        place_kernels.count_places(self.offsets, self.docs, self.in_title, self.in_body, renumber, counts)
        return counts

    def copy(self, places: PairPlaces, renumber: I32, targets: I64, values: U16) -> None:
        """Copy the places in documents that are kept into `values`, to where those of each pair belong."""
        arrays = self.docs, self.in_title, self.in_body, places.values
        place_kernels.copy_places(self.offsets, targets, *arrays, renumber, values)
