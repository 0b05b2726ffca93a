"""BM25 over the arrays of a snapshot: one pass over the postings of all terms of a query, however many they are.

Document frequencies and average lengths are those of the live documents over all segments, so a merge changes nothing.
Single characters and words are one field, pairs another, and the two are added.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from search_index import kernels
from search_index.analysis import U64, is_pair, terms_with_text
from search_index.document import Explanation, Share
from search_index.postings import Postings
from search_index.snapshot import Part, Snapshot

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Weighting:
    """BM25's constants, and how often the title of an indexed document counts."""

    k1: float
    b: float
    title: float


MATCHING = Weighting(k1=3.0, b=0.75, title=1.5)
"""For what stands in the title this is the same as k1 2 and weight 1. Measured on graded pairs, see benchmarks."""

QUERY_TITLE = 5
"""How often the title of the text that is matched counts. Measured with the above; 4 to 6 differ little."""

SEARCHING = Weighting(k1=1.2, b=0.75, title=4.0)


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """Distinct terms, sorted by code, with their text and how often each counts."""

    codes: U64
    texts: tuple[str, ...]
    frequencies: F64

    def __len__(self) -> int:
        return len(self.codes)


def query_terms(weighted_texts: Iterable[tuple[str, float]]) -> QueryTerms:
    """The terms of (text, weight) pairs. The frequency stays linear: saturating it was measured to be worse."""
    frequencies: defaultdict[int, float] = defaultdict(float)
    texts: dict[int, str] = {}
    for text, weight in weighted_texts:
        for code, term in terms_with_text(text):
            frequencies[code] += weight
            texts[code] = term
    codes = sorted(texts)
    return QueryTerms(
        np.array(codes, np.uint64),
        tuple(texts[code] for code in codes),
        np.array([frequencies[code] for code in codes], np.float64),
    )


@dataclass(frozen=True, slots=True)
class Scored:
    """Per row of the snapshot: the score, and how many of the query's terms it holds. Deleted rows score too."""

    scores: F64
    held: npt.NDArray[np.uint16]


class Scorer:
    """Scores one query against one snapshot."""

    def __init__(self, snapshot: Snapshot, terms: QueryTerms, weighting: Weighting) -> None:
        self._snapshot = snapshot
        self._terms = terms
        self._weighting = weighting
        self._places = [_places(part.segment.postings, terms.codes) for part in snapshot.parts]
        self._norms = snapshot.norms(weighting.k1, weighting.b, weighting.title)
        self._weights = terms.frequencies * self._idf() * (weighting.k1 + 1)
        self._pairs = is_pair(terms.codes)

    def _idf(self) -> F64:
        counts = np.zeros(len(self._terms), np.int64)
        for part, (starts, ends) in zip(self._snapshot.parts, self._places, strict=True):
            if part.has_deletions:
                kernels.count_live(starts, ends, part.segment.postings.docs, part.live, counts)
            else:
                counts += ends - starts
        rarity: F64 = np.log(1 + (self._snapshot.documents - counts + 0.5) / (counts + 0.5))
        return rarity

    def scored(self) -> Scored:
        scored = Scored(np.zeros(len(self._snapshot.ids)), np.zeros(len(self._snapshot.ids), np.uint16))
        for part, (starts, ends) in zip(self._snapshot.parts, self._places, strict=True):
            postings = part.segment.postings
            for norms, chosen in zip(self._norms, (~self._pairs, self._pairs), strict=True):
                kernels.add_scores(
                    starts[chosen], ends[chosen], self._weights[chosen], postings.docs, postings.in_title,
                    postings.in_body, self._weighting.title, norms[part.rows], scored.scores[part.rows],
                    scored.held[part.rows],
                )  # fmt: skip
        return scored

    def explanations(self, rows: I64) -> dict[int, Explanation]:
        """For each row, what each term adds. The rows must be sorted."""
        found = {}
        for part, within in self._snapshot.located(rows):
            title, body = self._contributions(part, within)
            for column, at in enumerate(within.tolist()):
                found[part.base + at] = self._explanation(title[column], body[column])
        return found

    def held_terms(self, rows: I64) -> dict[int, tuple[str, ...]]:
        """For each row, the terms it holds. The rows must be sorted."""
        found = {}
        for part, within in self._snapshot.located(rows):
            held = self._find(part, within) >= 0
            for column, at in enumerate(within.tolist()):
                found[part.base + at] = tuple(self._terms.texts[term] for term in np.flatnonzero(held[column]))
        return found

    def _find(self, part: Part, within: I64) -> I64:
        starts, ends = self._places[self._snapshot.parts.index(part)]
        found = np.full((len(within), len(self._terms)), -1, np.int64)
        kernels.find_postings(starts, ends, part.segment.postings.docs, within.astype(np.int32), found)
        return found

    def _contributions(self, part: Part, within: I64) -> tuple[F64, F64]:
        """Rows are documents, columns terms: what the term adds through the title, and through the body."""
        at, postings = self._find(part, within), part.segment.postings
        in_title = np.where(at >= 0, postings.in_title[at] * self._weighting.title, 0.0)
        in_body = np.where(at >= 0, postings.in_body[at], 0.0)
        single, pair = (norms[part.rows][within] for norms in self._norms)
        norms = np.where(self._pairs[None, :], pair[:, None], single[:, None])
        factor = self._weights[None, :] / (in_title + in_body + norms)
        return factor * in_title, factor * in_body

    def _explanation(self, title: F64, body: F64) -> Explanation:
        values = np.concatenate((title, body))
        order = np.argsort(-values, kind="stable")[: np.count_nonzero(values)]
        shares = zip(order.tolist(), values[order].tolist(), strict=True)
        texts, count = self._terms.texts, len(self._terms)
        return Explanation(tuple(
            Share(texts[at], "title", value) if at < count else Share(texts[at - count], "body", value)
            for at, value in shares
        ))  # fmt: skip


def _places(postings: Postings, codes: U64) -> tuple[I64, I64]:
    """Start and end of the postings of each code, both 0 where it does not occur."""
    at = np.searchsorted(postings.codes, codes)
    known = np.zeros(len(codes), np.bool_)
    inside = at < len(postings.codes)
    known[inside] = postings.codes[at[inside]] == codes[inside]
    starts, ends = np.zeros(len(codes), np.int64), np.zeros(len(codes), np.int64)
    starts[known], ends[known] = postings.offsets[at[known]], postings.offsets[at[known] + 1]
    return starts, ends


def total(explanation: Explanation) -> float:
    """The score an explanation adds up to."""
    return math.fsum(share.share for share in explanation.shares)
