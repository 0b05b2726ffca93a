"""The best rows for a long query without looking at all of its postings, exactly as if one had.

Terms that are rare and weigh much come first. As soon as the terms that are left cannot lift any but a few rows among the
best, these few alone are looked up in them. A need of 300 terms reads a tenth of its postings so; a query that cannot be
decided early is scored whole.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from search_index import kernels, selection
from search_index.analysis import is_compound
from search_index.postings import LOOKUP
from search_index.scorer import Scorer, Weighting
from search_index.snapshot import Part

F64 = npt.NDArray[np.float64]
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_STAGES = np.array((1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1))
"""After which shares of the postings one looks whether the rest is needed."""

_SLACK = 1e-6
"""Bounds are wider by this share, which is more than rounding can take away."""


def best_rows(scorer: Scorer, allowed: Flags, count: int) -> tuple[I64, F64]:
    """The allowed rows with the highest scores above zero, the best first, then by id, at most `count`; and the scores."""
    parts = scorer.snapshot.parts
    if count <= 0 or not parts:
        return np.empty(0, np.int64), np.empty(0)
    ceilings = np.stack([_ceilings(scorer, number) for number in range(len(parts))]) * (1 + _SLACK)
    sizes = np.sum([places.ends - places.starts for places in scorer.places], axis=0)
    order = np.argsort(-ceilings.max(axis=0) / np.maximum(sizes, 1), kind="stable")
    read = np.append(0, np.cumsum(sizes[order]))
    scores = np.zeros(len(allowed))
    for begin, end in pairwise([0, *np.searchsorted(read, read[-1] * _STAGES)]):
        scorer.add_scores(order[begin:end], scores)
        threshold = kernels.lowest_of_best(scores, allowed, np.zeros(count)) * (1 - _SLACK)
        rest = order[end:]
        limits = threshold - ceilings[:, rest].sum(axis=1)
        rows = [_within_reach(*each, scores, allowed) for each in zip(parts, limits.tolist(), strict=True)]
        # Of the rows that are looked up many are given up on the way.
        if sum(map(len, rows)) * len(rest) * LOOKUP <= read[-1] - read[end]:
            break
    # What can add most first: of few rows all but the best are given up soon.
    rest = rest[np.argsort(-ceilings[:, rest].max(axis=0), kind="stable")]
    rests = np.append(np.cumsum(ceilings[:, rest[::-1]], axis=1)[:, ::-1], np.zeros((len(parts), 1)), axis=1)
    found = [_finished(scorer, at, rest, rests[at], threshold, rows[at], scores) for at in range(len(parts))]
    return _first(
        scorer, np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found]), count
    )


def _within_reach(part: Part, limit: float, scores: F64, allowed: Flags) -> I64:
    """The rows of a part, numbered within it, that may still come among the best."""
    return np.flatnonzero((scores[part.rows] >= limit) & allowed[part.rows])


def _finished(
    scorer: Scorer, number: int, order: I64, rests: F64, threshold: float, within: I64, scores: F64
) -> tuple[I64, F64]:
    part = scorer.snapshot.parts[number]
    kept = scores[part.rows][within]
    count = kernels.finish_scores(order, *scorer.postings_of(number), rests, threshold, within, kept)
    return within[:count] + part.base, kept[:count]


def _first(scorer: Scorer, rows: I64, scores: F64, count: int) -> tuple[I64, F64]:
    rows, scores = rows[scores > 0], scores[scores > 0]
    order = selection.ranked(scores, scorer.snapshot.ids[rows], count, descending=True)
    return rows[order], scores[order]


def _ceilings(scorer: Scorer, number: int) -> F64:
    """The most that each term of the query can add to a row of a part."""
    part = scorer.snapshot.parts[number]
    averages, highest = _highest(part, scorer)
    # Where texts have become longer on average than when the impacts were worked out, they are at most so much larger.
    now = scorer.snapshot.averages(scorer.weighting.title)
    growth = np.maximum(1.0, np.array(now) / np.array(averages))
    numbers, starts, ends = scorer.places[number]
    impacts = np.where(ends > starts, highest[numbers], 0.0) if len(highest) else np.zeros(len(numbers))
    ceilings: F64 = scorer.weights * impacts * growth[scorer.pairs.astype(np.int64)]
    return ceilings


def _highest(part: Part, scorer: Scorer) -> tuple[tuple[float, float], F32]:
    """The highest impact of every term of a part, worked out once, and the average lengths at that time."""
    weighting: Weighting = scorer.weighting
    if weighting not in part.impacts:
        postings, (single, pair) = part.segment.postings, scorer.norms
        highest = np.zeros(len(postings.codes), np.float32)
        kernels.highest_impacts(
            postings.offsets, is_compound(postings.codes), postings.docs, postings.in_title, postings.in_body,
            weighting.title, single[part.rows], pair[part.rows], highest,
        )  # fmt: skip
        part.impacts[weighting] = scorer.snapshot.averages(weighting.title), highest
    found: tuple[tuple[float, float], F32] = part.impacts[weighting]
    return found
