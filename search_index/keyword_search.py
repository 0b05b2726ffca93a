"""Keyword search as a person means it: every part of the query must occur, a run of characters as a phrase.

Where nothing holds everything, what holds at least half of the terms is shown and the page says so.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from search_index import selection
from search_index.analysis import fold, pieces_of, required_terms
from search_index.document import RELEVANCE, Hit, Page, Query
from search_index.scorer import SEARCHING, QueryTerms, Scorer, query_terms
from search_index.snapshot import Snapshot

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PHRASE = 3
"""From this many characters on, holding all pairs of a run does not yet mean holding the run."""


@dataclass(frozen=True, slots=True)
class _Found:
    flags: Flags
    scores: F64
    relaxed: bool
    scorer: Scorer | None


def search(snapshot: Snapshot, query: Query) -> Page:
    """The page of a query on one snapshot."""
    pieces = list(dict.fromkeys(pieces_of(fold(query.text))))
    found = _all_rows(snapshot, query) if not pieces else _matching(snapshot, pieces)
    if query.ids is not None:
        found = replace(found, flags=found.flags & selection.among(snapshot, query.ids))
    flags = found.flags & selection.passing(snapshot, query.filters)
    rows = np.flatnonzero(flags)
    keys, descending = _keys(snapshot, query, found)
    order = selection.ranked(keys[rows], snapshot.ids[rows], query.offset + query.limit, descending)[query.offset :]
    facets = {name: _counts(snapshot, query, found.flags, name) for name in query.facets}
    return Page(len(rows), _hits(snapshot, rows[order], found, pieces), facets, found.relaxed)


def _all_rows(snapshot: Snapshot, query: Query) -> _Found:
    # A text of nothing but punctuation asks for something that no document can hold.
    flags = np.full(len(snapshot.ids), not query.text.strip())
    return _Found(flags, np.zeros(len(snapshot.ids)), relaxed=False, scorer=None)


def _matching(snapshot: Snapshot, pieces: list[str]) -> _Found:
    terms = _terms(pieces)
    scorer = Scorer(snapshot, terms, SEARCHING)
    scored = scorer.scored()
    whole = (scored.held == len(terms)) & snapshot.live
    for piece in pieces:
        if len(required_terms(piece)) >= _PHRASE - 1:
            _check_phrase(snapshot, whole, piece)
    if whole.any():
        return _Found(whole, scored.scores, relaxed=False, scorer=scorer)
    part = (scored.held >= max(1, (len(terms) + 1) // 2)) & snapshot.live
    return _Found(part, scored.scores, relaxed=bool(part.any()), scorer=scorer)


def _terms(pieces: list[str]) -> QueryTerms:
    wanted = {term for piece in pieces for term in required_terms(piece)}
    every = query_terms((piece, 1.0) for piece in pieces)
    chosen = np.array([text in wanted for text in every.texts], np.bool_)
    texts = tuple(text for text in every.texts if text in wanted)
    return QueryTerms(every.codes[chosen], texts, every.frequencies[chosen])


def _check_phrase(snapshot: Snapshot, flags: Flags, piece: str) -> None:
    phrase = piece.encode()
    for part, within in snapshot.located(np.flatnonzero(flags)):
        for at in within.tolist():
            if not part.segment.holds(at, phrase):
                flags[part.base + at] = False


def _keys(snapshot: Snapshot, query: Query, found: _Found) -> tuple[F64, bool]:
    if query.sort != RELEVANCE:
        return snapshot.sort(query.sort), query.descending
    if found.scorer is None:
        return snapshot.ids.astype(np.float64), query.descending
    return found.scores, True


def _counts(snapshot: Snapshot, query: Query, flags: Flags, name: str) -> dict[str, int]:
    return selection.counts(snapshot, flags & selection.passing(snapshot, query.filters, but=name), name)


def _hits(snapshot: Snapshot, rows: I64, found: _Found, pieces: list[str]) -> tuple[Hit, ...]:
    held = found.scorer.held_terms(np.sort(rows)) if found.scorer and found.relaxed else {}
    return tuple(
        Hit(int(snapshot.ids[row]), float(found.scores[row]), held.get(int(row), tuple(pieces))) for row in rows
    )
