"""Which rows hold a clause, as it stands: the terms by their postings, what must stand together by the stored text.

For what is required or excluded without a score. Nothing here ranks.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from search_index import kernels, selection
from search_index.analysis import code_points, fold, is_character, pieces_typed, required_terms, terms_of
from search_index.document import TITLE, Clause
from search_index.snapshot import Part, Snapshot

Flags = npt.NDArray[np.bool_]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

_GAP = r"(?:[^\w\n]|_)"
_RUN = 3
"""From this many characters on, holding all pairs of a run does not yet mean holding the run."""


_AT_ONCE = 256


def holding(snapshot: Snapshot, clause: Clause) -> Flags:
    """The rows that hold the clause, whether it asks for it or excludes it; deleted rows may be among them."""
    if clause.field not in {"", TITLE}:
        return selection.having(snapshot, clause.field, _values_like(snapshot, clause))
    flags = np.zeros(len(snapshot.ids), np.bool_)
    pieces = pieces_typed(clause.text)
    terms = list(dict.fromkeys(term for piece in pieces for term in required_terms(piece)))
    for part in snapshot.parts if terms else ():
        flags[part.base + _documents(part, terms, in_title=clause.field == TITLE)] = True
    keep_standing(snapshot, flags, pieces, together=clause.phrase, in_title=clause.field == TITLE)
    return flags


def occurs(snapshot: Snapshot, text: str) -> bool:
    """Whether any live document holds the words of a text, each run as it stands. Looks no further than it must."""
    pieces = pieces_typed(text)
    terms = list(dict.fromkeys(term for piece in pieces for term in required_terms(piece)))
    for part in snapshot.parts if terms else ():
        found = _documents(part, terms, in_title=False)
        found = found[part.live[found]]
        for at in range(0, len(found), _AT_ONCE):
            flags = np.zeros(len(snapshot.ids), np.bool_)
            flags[part.base + found[at : at + _AT_ONCE]] = True
            keep_standing(snapshot, flags, pieces)
            if flags.any():
                return True
    return False


def keep_standing(
    snapshot: Snapshot, flags: Flags, pieces: Sequence[str], *, together: bool = False, in_title: bool = False
) -> None:
    """Clear the rows that hold the terms of the pieces but not the pieces, or not all of them one after the other."""
    if together and len(pieces) > 1:
        _keep_sequence(snapshot, flags, re.compile(_in_sequence(pieces)), in_title=in_title)
        return
    for piece in pieces:
        if is_run(piece):
            _keep_phrase(snapshot, flags, piece, in_title=in_title)


def is_run(piece: str) -> bool:
    """Whether holding the terms of a piece does not yet mean holding the piece."""
    return len(piece) >= _RUN and is_character(piece[0])


def _values_like(snapshot: Snapshot, clause: Clause) -> frozenset[str]:
    if clause.values is not None:
        return clause.values
    wanted = pieces_typed(clause.text)
    names = snapshot.facet(clause.field).names
    return (
        frozenset(name for name in names if all(piece in _folded(name) for piece in wanted)) if wanted else frozenset()
    )


@cache
def _folded(name: str) -> str:
    return fold(name)


def _documents(part: Part, terms: list[str], *, in_title: bool) -> I32:
    """The documents of a segment that hold all terms, the rarest looked up first."""
    postings = part.segment.postings
    spans = []
    for term in terms:
        # The last code: of two characters the pair, of anything else the only one.
        code = terms_of(code_points(term)).codes[-1]
        at = int(np.searchsorted(postings.codes, code))
        if at == len(postings.codes) or postings.codes[at] != code:
            return np.empty(0, np.int32)
        spans.append((int(postings.offsets[at]), int(postings.offsets[at + 1])))
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


def _keep_phrase(snapshot: Snapshot, flags: Flags, phrase: str, *, in_title: bool) -> None:
    wanted = np.frombuffer(phrase.encode(), np.uint8)
    for part, within in snapshot.located(np.flatnonzero(flags)):
        text, found = part.segment.text, np.zeros(len(within), np.bool_)
        kernels.find_phrase(text.offsets[within], text.offsets[within + 1], text.values, wanted, in_title, found)
        flags[part.base + within] = found


def _keep_sequence(snapshot: Snapshot, flags: Flags, pattern: re.Pattern[str], *, in_title: bool) -> None:
    for part, within in snapshot.located(np.flatnonzero(flags)):
        for at in within.tolist():
            start, end = part.segment.text.offsets[at : at + 2]
            text = part.segment.text.values[start:end].tobytes().decode()
            flags[part.base + at] = bool(pattern.search(text.partition("\n")[0] if in_title else text))


def _in_sequence(pieces: Sequence[str]) -> str:
    """A pattern for pieces with nothing but separators between, or nothing at all where that keeps words apart."""
    pattern = _edge(pieces[0], "<") + re.escape(pieces[0])
    for before, piece in pairwise(pieces):
        words = not is_character(before[0]) and not is_character(piece[0])
        pattern += _GAP + ("+" if words else "*") + re.escape(piece)
    return pattern + _edge(pieces[-1], "")


def _edge(piece: str, behind: str) -> str:
    """No letter may stand beside a word; beside a character anything may."""
    letter = r"[^\W_\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
    return "" if is_character(piece[0]) else f"(?{behind}!{letter})"
