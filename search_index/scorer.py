"""BM25 over the arrays of a snapshot: one pass over the postings of all terms of a query, however many they are.

Document frequencies and average lengths are those of the live documents over all segments, so a merge changes nothing.
Single characters and words are one field, pairs another, and the two are added.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from search_index import kernels
from search_index.analysis import U64, code_points, fold, is_compound, terms_of, texts_of, title_words
from search_index.document import Explanation, Share
from search_index.postings import LOOKUP, Places
from search_index.snapshot import Part, Snapshot

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Weighting:
    """BM25's constants, and how often the title of an indexed document counts."""

    k1: float
    b: float
    title: float


MATCHING = Weighting(k1=3.0, b=0.75, title=1.5)
"""For what stands in the title this is the same as k1 2 and weight 1. Measured on graded pairs, see benchmarks."""

SEARCHING = Weighting(k1=1.2, b=0.75, title=4.0)


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """Distinct terms, sorted by code, with their text and how often each counts."""

    codes: U64
    texts: tuple[str, ...]
    frequencies: F64

    def __len__(self) -> int:
        return len(self.codes)


def query_terms(weighted_texts: Iterable[tuple[str, float]], *, with_words: bool = False) -> QueryTerms:
    """The terms of (text, weight) pairs. The frequency stays linear: saturating it was measured to be worse."""
    codes, weights, written = [np.empty(0, np.uint64)], [np.empty(0)], list[str]()
    for text, weight in weighted_texts:
        folded = fold(text)
        for terms in (terms_of(code_points(folded)), *((title_words(folded),) if with_words else ())):
            codes.append(terms.codes)
            weights.append(np.full(len(terms.codes), weight))
            written += texts_of(folded, terms)
    distinct, firsts, places = np.unique(np.concatenate(codes), return_index=True, return_inverse=True)
    frequencies: F64 = np.bincount(places, np.concatenate(weights), len(distinct)).astype(np.float64)
    return QueryTerms(distinct, tuple(written[first] for first in firsts.tolist()), frequencies)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The terms of a query with what each weighs in a collection: all that the score of a single document takes."""

    codes: U64
    weights: F64
    weighting: Weighting

    @property
    def pairs(self) -> Flags:
        """Which terms are of several characters."""
        return is_compound(self.codes)

    def norms(self, snapshot: Snapshot) -> tuple[F64, F64]:
        """Of every row, for single terms and for pairs."""
        return snapshot.norms(self.weighting.k1, self.weighting.b, self.weighting.title)

    def score(self, snapshot: Snapshot, row: int) -> float:
        """The score of one row."""
        ((part, within),) = snapshot.located(np.array([row]))
        places = part.segment.postings.find(self.codes)
        return float(sum(one.sum() for one in _contributions(self, part, places, within, self.norms(snapshot))))


class Scorer:
    """Scores one query against one snapshot."""

    def __init__(self, snapshot: Snapshot, terms: QueryTerms, weighting: Weighting) -> None:
        self.snapshot = snapshot
        self.weighting = weighting
        self.places = [part.segment.postings.find(terms.codes) for part in snapshot.parts]
        self.weights = terms.frequencies * self._idf(len(terms)) * (weighting.k1 + 1)
        self.weighed = Weighed(terms.codes, self.weights, weighting)
        self.pairs = self.weighed.pairs
        self.norms = self.weighed.norms(snapshot)
        self._terms = terms

    def _idf(self, terms: int) -> F64:
        counts = _documents_with(self.snapshot, self.places, terms)
        rarity: F64 = np.log(1 + (self.snapshot.documents - counts + 0.5) / (counts + 0.5))
        return rarity

    def held(self) -> npt.NDArray[np.uint16]:
        """How many of the query's terms each row holds, deleted ones too."""
        held = np.zeros(len(self.snapshot.ids), np.uint16)
        for part, (_, starts, ends) in zip(self.snapshot.parts, self.places, strict=True):
            kernels.count_held(starts, ends, part.segment.postings.docs, held[part.rows])
        return held

    def scores_of(self, rows: I64) -> F64:
        """The scores of some sorted rows."""
        parts = self.snapshot.parts
        found = [self._scores_in(parts.index(part), within) for part, within in self.snapshot.located(rows)]
        return np.concatenate([np.empty(0), *found])

    def _scores_in(self, number: int, within: I64) -> F64:
        """The scores of rows of one part, by the shorter way: they are looked up, or all are scored."""
        order, arrays, (_, starts, ends) = np.arange(len(self._terms)), self.postings_of(number), self.places[number]
        if len(within) * len(order) * LOOKUP > (ends - starts).sum():
            every = np.zeros(len(self.snapshot.parts[number].segment))
            kernels.add_scores(order, *arrays, every)
            return every[within]
        scores = np.zeros(len(within))
        kernels.finish_scores(order, *arrays, np.zeros(len(order) + 1), -np.inf, within, scores)
        return scores

    def spread(self, sample: int) -> tuple[float, float]:
        """Average and standard deviation of the scores of live rows, from the first rows of each part, `sample` in all."""
        seen: list[F64] = []
        share = min(1.0, sample / max(len(self.snapshot.ids), 1))
        for number, part in enumerate(self.snapshot.parts):
            count = math.ceil(share * len(part.segment))
            _, starts, ends = self.places[number]
            before, scores = np.zeros(len(ends), np.int64), np.zeros(len(part.segment))
            kernels.find_ends(starts, ends, part.segment.postings.docs, count, before)
            kernels.add_scores(np.arange(len(ends)), *self.postings_of(number, before), scores)
            seen.append(scores[:count][part.live[:count]])
        scores = np.concatenate([np.empty(0), *seen])
        return (float(scores.mean()), float(scores.std())) if len(scores) else (0.0, 0.0)

    def add_scores(self, order: I64, scores: F64) -> None:
        """Add to the scores of all rows what these terms are worth, in this order."""
        for number, part in enumerate(self.snapshot.parts):
            kernels.add_scores(order, *self.postings_of(number), scores[part.rows])

    def postings_of(
        self, number: int, ends: I64 | None = None
    ) -> tuple[I64, I64, F64, Flags, I32, U8, U8, float, F64, F64]:
        """What the kernels need to know of a part: where the terms stand in it (or end before), their weights, its arrays."""
        part, places = self.snapshot.parts[number], self.places[number]
        postings, (single, pair) = part.segment.postings, self.norms
        return (
            places.starts, places.ends if ends is None else ends, self.weights, self.pairs, postings.docs, postings.in_title,
            postings.in_body, self.weighting.title, single[part.rows], pair[part.rows],
        )  # fmt: skip

    def explanations(self, rows: I64) -> dict[int, Explanation]:
        """For each row, what each term adds. The rows must be sorted."""
        found = {}
        for part, within in self.snapshot.located(rows):
            title, body = self._contributions(part, within)
            for column, at in enumerate(within.tolist()):
                found[part.base + at] = self._explanation(title[column], body[column])
        return found

    def held_terms(self, rows: I64) -> dict[int, tuple[str, ...]]:
        """For each row, the terms it holds. The rows must be sorted."""
        found = {}
        for part, within in self.snapshot.located(rows):
            held = self._find(part, within) >= 0
            for column, at in enumerate(within.tolist()):
                found[part.base + at] = tuple(self._terms.texts[term] for term in np.flatnonzero(held[column]))
        return found

    def _find(self, part: Part, within: I64) -> I64:
        return _find(part, self.places[self.snapshot.parts.index(part)], within)

    def _contributions(self, part: Part, within: I64) -> tuple[F64, F64]:
        return _contributions(self.weighed, part, self.places[self.snapshot.parts.index(part)], within, self.norms)

    def _explanation(self, title: F64, body: F64) -> Explanation:
        values = np.concatenate((title, body))
        order = np.argsort(-values, kind="stable")[: np.count_nonzero(values)]
        texts, count = self._terms.texts, len(self._terms)
        places = order.tolist()
        terms = (texts[at % count] for at in places)
        fields = ("title" if at < count else "body" for at in places)
        return Explanation(tuple(map(Share, terms, fields, values[order].tolist())))


def _contributions(
    weighed: Weighed, part: Part, places: Places, within: I64, norms: tuple[F64, F64]
) -> tuple[F64, F64]:
    """Rows are documents, columns terms: what the term adds through the title, and through the body."""
    at, postings = _find(part, places, within), part.segment.postings
    in_title = np.where(at >= 0, postings.in_title[at] * weighed.weighting.title, 0.0)
    in_body = np.where(at >= 0, postings.in_body[at], 0.0)
    single, pair = (each[part.rows][within] for each in norms)
    norm = np.where(weighed.pairs[None, :], pair[:, None], single[:, None])
    factor = weighed.weights[None, :] / (in_title + in_body + norm)
    return factor * in_title, factor * in_body


def _find(part: Part, places: Places, within: I64) -> I64:
    """The place of each term (column) in the postings of a part for each document (row), -1 where it is not held."""
    found = np.full((len(within), len(places.starts)), -1, np.int64)
    kernels.find_postings(places.starts, places.ends, part.segment.postings.docs, within.astype(np.int32), found)
    return found


def documents_with(snapshot: Snapshot, codes: U64) -> I64:
    """How many live documents hold each term."""
    places = [part.segment.postings.find(codes) for part in snapshot.parts]
    return _documents_with(snapshot, places, len(codes))


def _documents_with(snapshot: Snapshot, places: Sequence[Places], terms: int) -> I64:
    counts = np.zeros(terms, np.int64)
    for part, (_, starts, ends) in zip(snapshot.parts, places, strict=True):
        counts += ends - starts
        if part.deleted:
            counts -= _deleted_with(part, starts, ends)
    return counts


def _deleted_with(part: Part, starts: I64, ends: I64) -> I64:
    """How many deleted documents of a part hold each term, by the shorter way: they are looked up, or all are read."""
    docs, gone = part.segment.postings.docs, np.flatnonzero(~part.live).astype(np.int32)
    if len(gone) * len(starts) * LOOKUP < int((ends - starts).sum()):
        found = np.full((len(gone), len(starts)), -1, np.int64)
        kernels.find_postings(starts, ends, docs, gone, found)
        held: I64 = np.count_nonzero(found >= 0, axis=0)
        return held
    counts = np.zeros(len(starts), np.int64)
    kernels.count_live(starts, ends, docs, ~part.live, counts)
    return counts


def total(explanation: Explanation) -> float:
    """The score an explanation adds up to."""
    return math.fsum([explanation.standing, *(share.share for share in explanation.shares)])
