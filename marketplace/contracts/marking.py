"""A text beside the one it came from: paragraph by paragraph, with what is gone and what is new. Pure.

A mark is for the reader and no part of a text: what is signed is `Document.text`, which has none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest

ALIKE = 0.4
"""Paragraphs less alike are shown as one that is gone and another that is new."""

SHORTEST_KEPT = 2
"""Fewer characters between two changes are read with them: a lone character that stays helps nobody."""


class How(StrEnum):
    """What became of some text."""

    KEPT = "kept"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Piece:
    """Some text, and what became of it."""

    text: str
    how: How


@dataclass(frozen=True)
class Paragraph:
    """A paragraph in pieces; `number` counts those of the new text, and is None for one that is gone."""

    number: int | None
    pieces: tuple[Piece, ...]


def woven(before: str, after: str) -> tuple[Paragraph, ...]:
    """The new text with what is gone of the old one in its place."""
    number, found = 0, []
    for old, new in _paired(before.split("\n"), after.split("\n")):
        number += new is not None
        found.append(Paragraph(None if new is None else number, tuple(_pieces(old or "", new or ""))))
    return tuple(found)


def side(paragraphs: Sequence[Paragraph], how: How) -> tuple[Piece, ...]:
    """One of the two texts again, with its own pieces marked: the old one for GONE, the new one for NEW."""
    rows = [[piece for piece in one.pieces if piece.how in {how, How.KEPT}] for one in paragraphs]
    found: list[Piece] = []
    for row in filter(None, rows):
        found += [Piece("\n", How.KEPT), *row] if found else row
    return tuple(found)


def _paired(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Each paragraph with the one it came from, in order; None where there is none."""
    for _, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for old, new in zip_longest(before[a:b], after[c:d]):
            if old is None or new is None or _are_alike(old, new):
                yield old, new
            else:
                yield old, None
                yield None, new


def _are_alike(old: str, new: str) -> bool:
    return old == new or SequenceMatcher(None, old, new).ratio() >= ALIKE


def _pieces(old: str, new: str) -> Iterator[Piece]:
    """Nothing shorter than SHORTEST_KEPT is kept between two changes."""
    gone = fresh = ""
    for kept, out, come in _stretches(old, new):
        if len(kept) >= SHORTEST_KEPT or not (gone or fresh):
            yield from _told(gone, fresh)
            yield from _kept(kept)
            gone = fresh = ""
        else:
            gone, fresh = gone + kept, fresh + kept
        gone, fresh = gone + out, fresh + come
    yield from _told(gone, fresh)


def _stretches(old: str, new: str) -> Iterator[tuple[str, str, str]]:
    """What is kept, then what is gone and what is new after it.

    In long texts frequent characters begin no common piece: a page must not take seconds for thousands of the same letter.
    """
    kept = ""
    for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            kept = old[a:b]
            continue
        yield kept, old[a:b], new[c:d]
        kept = ""
    yield kept, "", ""


def _told(gone: str, fresh: str) -> Iterator[Piece]:
    found = (Piece(gone, How.GONE), Piece(fresh, How.NEW))
    return (piece for piece in found if piece.text)


def _kept(text: str) -> Iterator[Piece]:
    return (piece for piece in (Piece(text, How.KEPT),) if piece.text)
