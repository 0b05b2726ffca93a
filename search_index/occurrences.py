"""Which rows hold a clause, as it stands: the terms by their postings, what must stand together by the stored text.

For what is required or excluded without a score. Nothing here ranks.
"""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from search_index import kernels, place_kernels, selection, text_kernels
from search_index.analysis import U64, classes_of_bmp, code_of, fold, is_character, pieces_typed, required_terms
from search_index.document import TITLE, Clause
from search_index.postings import LOOKUP
from search_index.snapshot import Part, Snapshot

Flags = npt.NDArray[np.bool_]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

_RUN = 3
"""From this many characters on, holding all pairs of a run does not yet mean holding the run."""

_AT_ONCE = 256


def holding(snapshot: Snapshot, clause: Clause) -> Flags:
    """The rows that hold the clause, whether it asks for it or excludes it; deleted rows may be among them."""
    if clause.field not in {"", TITLE}:
        rows = np.arange(len(snapshot.ids))
        return selection.having(snapshot, rows, clause.field, _values_like(snapshot, clause))
    pieces, in_title = pieces_typed(clause.text), clause.field == TITLE
    rows = rows_with(snapshot, codes_required(pieces), snapshot.live, in_title=in_title)
    return selection.flags_of(snapshot, standing(snapshot, rows, pieces, together=clause.phrase, in_title=in_title))


def occurs(snapshot: Snapshot, text: str) -> bool:
    """Whether any live document holds the words of a text, each run as it stands. Looks no further than it must."""
    pieces = pieces_typed(text)
    rows = rows_with(snapshot, codes_required(pieces), snapshot.live)
    chunks = (rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE))
    return any(len(standing(snapshot, chunk, pieces)) for chunk in chunks)


def codes_required(pieces: Sequence[str]) -> U64:
    """The codes of the terms without which a document cannot hold the pieces."""
    terms = dict.fromkeys(term for piece in pieces for term in required_terms(piece))
    return np.array([code_of(term) for term in terms], np.uint64)


def rows_with(snapshot: Snapshot, codes: U64, among: Flags, *, in_title: bool = False) -> I64:
    """The sorted rows, of those that are flagged, that hold all of these terms; none where nothing is asked for."""
    parts = snapshot.parts if len(codes) else ()
    found = (_rows_of_part(part, codes, among, in_title=in_title) for part in parts)
    return np.concatenate([np.empty(0, np.int64), *found])


def standing(
    snapshot: Snapshot, rows: I64, pieces: Sequence[str], *, together: bool = False, in_title: bool = False
) -> I64:
    """Of the sorted rows that hold the terms of the pieces, those that hold each piece or, together, one after the other."""
    if together and len(pieces) > 1:
        return _with_sequence(snapshot, rows, pieces, in_title=in_title)
    for piece in pieces:
        if is_run(piece):
            rows = _with_phrase(snapshot, rows, piece, in_title=in_title)
    return rows


def is_run(piece: str) -> bool:
    """Whether holding the terms of a piece does not yet mean holding the piece."""
    return len(piece) >= _RUN and is_character(piece[0])


def _values_like(snapshot: Snapshot, clause: Clause) -> frozenset[str]:
    if clause.values is not None:
        return clause.values
    wanted = pieces_typed(clause.text)
    names = snapshot.facet(clause.field).names if wanted else ()
    return frozenset(name for name in names if all(piece in _folded(name) for piece in wanted))


@cache
def _folded(name: str) -> str:
    return fold(name)


def _rows_of_part(part: Part, codes: U64, among: Flags, *, in_title: bool) -> I64:
    """The rows of a segment that hold all terms, by the shorter way: those of the rarest are looked up, or all are read."""
    postings = part.segment.postings
    _, starts, ends = postings.find(codes)
    sizes, among = ends - starts, among[part.rows]
    rarest = int(sizes.argmin())
    if not in_title and sizes[rarest] * (len(codes) - 1) * LOOKUP > sizes.sum():
        held = np.zeros(len(part.segment), np.uint16)
        kernels.count_held(starts, ends, postings.docs, held)
        return np.flatnonzero((held == len(codes)) & among) + part.base
    rows, titles = np.empty(sizes[rarest], np.int64), postings.in_title
    return rows[: kernels.intersect(starts, ends, rarest, postings.docs, titles, in_title, among, part.base, rows)]


def _with_phrase(snapshot: Snapshot, rows: I64, phrase: str, *, in_title: bool) -> I64:
    wanted, codes = _bytes(phrase), np.array([code_of(term) for term in required_terms(phrase)], np.uint64)

    def look(part: Part, within: I64, found: Flags) -> None:
        unsure = _flag_by_places(part, codes, within, found, in_title=in_title)
        text, held = part.segment.text, np.zeros(len(unsure), np.bool_)
        starts, ends = text.offsets[within[unsure]], text.offsets[within[unsure] + 1]
        text_kernels.find_phrase(starts, ends, text.values, wanted, in_title, held)
        found[unsure] = held

    return _those_in_which(snapshot, rows, look)


def _flag_by_places(part: Part, codes: U64, within: I64, found: Flags, *, in_title: bool) -> I64:
    """Flag the rows that hold a phrase, by the places of its pairs. Returns where in the rows the texts must be read."""
    postings, unsure = part.segment.postings, np.zeros(len(within), np.bool_)
    numbers, starts, ends = postings.find(codes)
    firsts = postings.places.offsets[numbers - postings.pairs.start]
    rarest = np.argsort(ends - starts)
    terms = starts[rarest], ends[rarest], firsts[rarest], rarest
    arrays = postings.docs, postings.in_title, postings.in_body, postings.places.values
    place_kernels.find_run(*terms, *arrays, in_title, within, found, unsure)
    return np.flatnonzero(unsure)


def _with_sequence(snapshot: Snapshot, rows: I64, pieces: Sequence[str], *, in_title: bool) -> I64:
    """Nothing but separators between the pieces, or nothing at all where that keeps words apart."""
    sizes = [len(piece.encode()) for piece in pieces]
    wanted, offsets = _bytes("".join(pieces)), np.cumsum([0, *sizes])
    words = np.array([not is_character(piece[0]) for piece in pieces])

    def look(part: Part, within: I64, found: Flags) -> None:
        text = part.segment.text
        starts, ends = text.offsets[within], text.offsets[within + 1]
        text_kernels.find_sequence(starts, ends, text.values, wanted, offsets, words, classes_of_bmp(), in_title, found)

    return _those_in_which(snapshot, rows, look)


def _those_in_which(snapshot: Snapshot, rows: I64, look: Callable[[Part, I64, Flags], None]) -> I64:
    """The rows in which something is found; `look` is given the rows of one segment, and flags to set."""
    flags = [np.empty(0, np.bool_)]
    for part, within in snapshot.located(rows):
        found = np.zeros(len(within), np.bool_)
        look(part, within, found)
        flags.append(found)
    kept: I64 = rows[np.concatenate(flags)]
    return kept


def _bytes(piece: str) -> U8:
    return np.frombuffer(piece.encode(), np.uint8)
