"""Keyword search as a person means it: every part of the query must occur, a run of characters as a phrase.

Where nothing holds all bare words, what holds at least half of their terms is shown and the page says so; phrases,
fields and exclusions hold in any case.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from search_index import selection
from search_index.analysis import code_of, pieces_typed, required_terms, terms_in
from search_index.document import RELEVANCE, TITLE, Clause, Hit, Page, Query
from search_index.lexicon import Ask
from search_index.occurrences import holding, rows_with, standing
from search_index.pinyin_search import Reading, readings_of
from search_index.query_syntax import parse
from search_index.scorer import SEARCHING, QueryTerms, Scorer
from search_index.snapshot import Snapshot

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


_CLAUSES = 12
"""So many different clauses are searched for; nobody types more, and each phrase may be looked for in every text."""


@dataclass(frozen=True)
class _Found:
    """Sorted rows, and what scores them. Those that filters take out are counted in facets, but never scored."""

    rows: I64
    relaxed: bool = False
    scorers: tuple[Scorer, ...] = ()

    def only(self, flags: Flags) -> "_Found":
        """Those of the rows that are flagged."""
        return replace(self, rows=self.rows[np.flatnonzero(flags)])

    @cached_property
    def scores(self) -> F64:
        """The score of each row, 0 where nothing is asked of texts."""
        scores = np.zeros(len(self.rows))
        for scorer in self.scorers:
            scores += scorer.scores_of(self.rows)
        return scores


def clauses_of(query: Query) -> tuple[Clause, ...]:
    """The clauses of a query as they are searched for. Punctuation alone counts as nothing beside anything else."""
    clauses = parse(query.text) if isinstance(query.text, str) else query.text
    telling = (clause for clause in clauses if clause.values is not None or pieces_typed(clause.text))
    return tuple(dict.fromkeys(telling))[:_CLAUSES] or clauses[:_CLAUSES]


def search(snapshot: Snapshot, query: Query, ask: Ask) -> Page:
    """The page of a query on one snapshot. The words of titles are asked for only where something may be pinyin."""
    clauses = clauses_of(query)
    readings = readings_of(snapshot, clauses, ask)
    found = _found(snapshot, tuple(one for one in clauses if one not in [each.typed for each in readings]), readings)
    if query.ids is not None:
        found = found.only(np.isin(snapshot.ids[found.rows], np.fromiter(query.ids, np.int64)))
    if query.until is not None:
        key, most = query.until
        found = found.only(~(snapshot.sort(key)[found.rows] > most))
    filters = {name: selection.having(snapshot, found.rows, name, wanted) for name, wanted in query.filters.items()}
    passed = found.only(_passing(found, filters))
    facets = _facets(snapshot, query, found, passed, filters)
    keys, descending = _keys(snapshot, query, passed)
    order = selection.ranked(keys, snapshot.ids[passed.rows], query.offset + query.limit, descending)[query.offset :]
    said = {
        typed: tuple(text for each in readings if each.typed.text == typed for text in each.texts)
        for typed in dict.fromkeys(each.typed.text for each in readings)
    }
    return Page(len(passed.rows), _hits(snapshot, passed, order, clauses, said), facets, found.relaxed, said)


def _passing(found: _Found, filters: Mapping[str, Flags], but: str | None = None) -> Flags:
    """Which rows pass all filters, or all `but` one."""
    flags = np.ones(len(found.rows), np.bool_)
    for name, passing in filters.items():
        if name != but:
            flags &= passing
    return flags


def _found(snapshot: Snapshot, clauses: tuple[Clause, ...], readings: list[Reading]) -> _Found:
    words, others = _pieces(clauses, strict=False), _pieces(clauses, strict=True)
    strict = snapshot.live.copy()
    for clause in clauses:
        if clause.excluded or _is_strict(clause):
            strict &= holding(snapshot, clause) != clause.excluded
    for reading in readings:
        strict &= reading.holding(snapshot)
    found = _matching(snapshot, strict, words, others) if words or others else _Found(np.flatnonzero(strict))
    return _with_readings(snapshot, found, readings) if readings else found


def _with_readings(snapshot: Snapshot, found: _Found, readings: list[Reading]) -> _Found:
    texts = [text for reading in readings for text in (reading.typed.text, *reading.texts)]
    scorer = Scorer(snapshot, _terms([piece for text in texts for piece in pieces_typed(text)]), SEARCHING)
    return replace(found, scorers=(*found.scorers, scorer))


def _is_strict(clause: Clause) -> bool:
    """Whether it must hold in any case; a text of nothing but punctuation asks for something no document can hold."""
    return clause.phrase or bool(clause.field) or not pieces_typed(clause.text)


def _pieces(clauses: tuple[Clause, ...], *, strict: bool) -> list[str]:
    """What is looked for in texts, of what must hold in any case or of bare words."""
    wanted = [clause for clause in clauses if clause.field in {"", TITLE} and not clause.excluded]
    texts = [clause.text for clause in wanted if _is_strict(clause) == strict]
    return list(dict.fromkeys(piece for text in texts for piece in pieces_typed(text)))


def _matching(snapshot: Snapshot, strict: Flags, words: list[str], others: list[str]) -> _Found:
    """Bare words that nothing holds together give way, down to half of their terms."""
    terms, required = _terms([*words, *others]), len(_terms(others)) if others else 0
    scorer = Scorer(snapshot, terms, SEARCHING)
    rows = standing(snapshot, rows_with(snapshot, terms.codes, strict), words)
    if len(rows):
        return _Found(rows, scorers=(scorer,))
    loose = len(terms) - required
    rows = np.flatnonzero((scorer.held() >= required + max(1, (loose + 1) // 2)) & strict)
    return _Found(rows, relaxed=bool(len(rows)), scorers=(scorer,))


def _terms(pieces: list[str]) -> QueryTerms:
    """What documents must hold to hold the pieces, as often as it stands in them."""
    counts = Counter(term for piece in pieces for term in terms_in(piece))
    texts = {code_of(term): term for piece in pieces for term in required_terms(piece)}
    codes = sorted(texts)
    frequencies = np.array([counts[texts[code]] for code in codes], np.float64)
    return QueryTerms(np.array(codes, np.uint64), tuple(texts[code] for code in codes), frequencies)


def _facets(
    snapshot: Snapshot, query: Query, found: _Found, passed: _Found, filters: Mapping[str, Flags]
) -> dict[str, dict[str, int]]:
    """The counts of each facet, in the order asked for; those without a filter of their own count what passed."""
    counts = selection.counts(snapshot, passed.rows, [name for name in query.facets if name not in filters])
    for name in filters.keys() & set(query.facets):
        rows = found.only(_passing(found, filters, name)).rows if len(filters) > 1 else found.rows
        counts |= selection.counts(snapshot, rows, [name])
    return {name: counts[name] for name in query.facets}


def _keys(snapshot: Snapshot, query: Query, found: _Found) -> tuple[F64, bool]:
    if query.sort != RELEVANCE:
        return snapshot.sort(query.sort)[found.rows], query.descending
    if not found.scorers:
        return snapshot.ids[found.rows].astype(np.float64), query.descending
    return found.scores, True


def _hits(
    snapshot: Snapshot, found: _Found, order: I64, clauses: tuple[Clause, ...], said: Mapping[str, tuple[str, ...]]
) -> tuple[Hit, ...]:
    rows, scores = found.rows[order], found.scores[order].tolist()
    held = found.scorers[0].held_terms(np.sort(rows)) if found.relaxed else {}
    asked = [*_pieces(clauses, strict=False), *_pieces(clauses, strict=True)]
    pieces = tuple(dict.fromkeys([*asked, *(text for texts in said.values() for text in texts)]))
    return tuple(
        Hit(number, score, held.get(row, pieces))
        for number, score, row in zip(snapshot.ids[rows].tolist(), scores, rows.tolist(), strict=True)
    )


def finds(snapshot: Snapshot, clauses: tuple[Clause, ...], filters: Mapping[str, frozenset[str]]) -> bool:
    """Whether documents hold all of the clauses and pass the filters."""
    flags = selection.passing(snapshot, filters)
    for clause in clauses:
        flags &= holding(snapshot, clause) != clause.excluded
    return bool(flags.any())
