"""Which rows hold a clause, as it stands: the terms by their postings, what must stand together by the stored text.

For what is required or excluded without a score. Nothing here ranks.
"""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from search_index import selection, text_kernels
from search_index.analysis import U64, classes_of_bmp, code_of, fold, is_character, pieces_typed, required_terms
from search_index.document import TITLE, Clause
from search_index.postings import Postings
from search_index.snapshot import Snapshot

Flags = npt.NDArray[np.bool_]
I32 = npt.NDArray[np.int32]
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
    rows = rows_with(snapshot, codes_required(pieces), in_title=in_title)
    return selection.flags_of(snapshot, standing(snapshot, rows, pieces, together=clause.phrase, in_title=in_title))


def occurs(snapshot: Snapshot, text: str) -> bool:
    """Whether any live document holds the words of a text, each run as it stands. Looks no further than it must."""
    pieces = pieces_typed(text)
    rows = rows_with(snapshot, codes_required(pieces))
    rows = rows[snapshot.live[rows]]
    chunks = (rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE))
    return any(len(standing(snapshot, chunk, pieces)) for chunk in chunks)


def codes_required(pieces: Sequence[str]) -> U64:
    """The codes of the terms without which a document cannot hold the pieces."""
    terms = dict.fromkeys(term for piece in pieces for term in required_terms(piece))
    return np.array([code_of(term) for term in terms], np.uint64)


def rows_with(snapshot: Snapshot, codes: U64, *, in_title: bool = False) -> I64:
    """The sorted rows, deleted ones too, that hold all of these terms; none where nothing is asked for."""
    found = [np.empty(0, np.int64)]
    for part in snapshot.parts if len(codes) else ():
        found.append(part.base + _documents(part.segment.postings, codes, in_title=in_title).astype(np.int64))
    return np.concatenate(found)


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


def _documents(postings: Postings, codes: U64, *, in_title: bool) -> I32:
    """The documents of a segment that hold all terms, the rarest looked up first."""
    at = np.searchsorted(postings.codes, codes)
    if at.max() == len(postings.codes) or not np.array_equal(postings.codes[at], codes):
        return np.empty(0, np.int32)
    spans = zip(postings.offsets[at].tolist(), postings.offsets[at + 1].tolist(), strict=True)
    found: I32 | None = None
    for start, end in sorted(spans, key=lambda span: span[1] - span[0]):
        docs = postings.docs[start:end]
        if in_title:
            docs = docs[postings.in_title[start:end] > 0]
        found = docs if found is None else found[_present(found, docs)]
    assert found is not None
    return found


def _present(few: I32, many: I32) -> Flags:
    """Which of the sorted numbers stand in another sorted list."""
    if not len(many):
        return np.zeros(len(few), np.bool_)
    at = np.minimum(np.searchsorted(many, few), len(many) - 1)
    present: Flags = many[at] == few
    return present


def _with_phrase(snapshot: Snapshot, rows: I64, phrase: str, *, in_title: bool) -> I64:
    wanted = _bytes(phrase)

    def look(starts: I64, ends: I64, text: U8, found: Flags) -> None:
        text_kernels.find_phrase(starts, ends, text, wanted, in_title, found)

    return _found_in_texts(snapshot, rows, look)


def _with_sequence(snapshot: Snapshot, rows: I64, pieces: Sequence[str], *, in_title: bool) -> I64:
    """Nothing but separators between the pieces, or nothing at all where that keeps words apart."""
    sizes = [len(piece.encode()) for piece in pieces]
    wanted, offsets = _bytes("".join(pieces)), np.cumsum([0, *sizes])
    words = np.array([not is_character(piece[0]) for piece in pieces])

    def look(starts: I64, ends: I64, text: U8, found: Flags) -> None:
        text_kernels.find_sequence(starts, ends, text, wanted, offsets, words, classes_of_bmp(), in_title, found)

    return _found_in_texts(snapshot, rows, look)


def _found_in_texts(snapshot: Snapshot, rows: I64, look: Callable[[I64, I64, U8, Flags], None]) -> I64:
    """The rows in whose stored text something is found; `look` is told where the texts of one segment lie."""
    flags = [np.empty(0, np.bool_)]
    for part, within in snapshot.located(rows):
        text, found = part.segment.text, np.zeros(len(within), np.bool_)
        look(text.offsets[within], text.offsets[within + 1], text.values, found)
        flags.append(found)
    kept: I64 = rows[np.concatenate(flags)]
    return kept


def _bytes(piece: str) -> U8:
    return np.frombuffer(piece.encode(), np.uint8)
