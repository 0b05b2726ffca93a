"""Words of a query that may be pinyin: bianyaqi or byq for 变压器. Taken as pinyin only where hardly anything holds them.

A Chinese query asks nothing here.
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from search_index.analysis import fold
from search_index.document import TITLE, Clause
from search_index.lexicon import Ask, Lexicon
from search_index.occurrences import holding, occurs
from search_index.pinyin import spelling
from search_index.snapshot import Snapshot

Flags = npt.NDArray[np.bool_]

_FEW = 3
"""A word that fewer documents hold than this may be pinyin."""

_MOST = 8
_SHORTEST, _LONGEST = 2, 48
_TWO_WORDS = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """A word that was typed, and what is written where this is said; any of it will do."""

    typed: Clause
    texts: tuple[str, ...]

    def holding(self, snapshot: Snapshot) -> Flags:
        """The rows that hold any of it, or what was typed as it is."""
        flags = holding(snapshot, self.typed)
        for text in self.texts:
            flags |= holding(snapshot, Clause(text, self.typed.field, phrase=True))
        return flags


def readings_of(snapshot: Snapshot, clauses: tuple[Clause, ...], ask: Ask) -> list[Reading]:
    """The clauses that are taken as pinyin. One that was typed without a gap between two words gives two readings."""
    found = []
    for clause in clauses:
        sound = spelling(fold(clause.text))
        if _may_be_pinyin(clause, sound) and _is_rare(snapshot, clause):
            found += [Reading(clause, texts) for texts in _read(snapshot, ask(), sound)]
    return found


def _may_be_pinyin(clause: Clause, sound: str) -> bool:
    bare = clause.field in {"", TITLE} and not clause.phrase and not clause.excluded
    return bare and _SHORTEST <= len(sound) <= _LONGEST


def _is_rare(snapshot: Snapshot, clause: Clause) -> bool:
    return int((holding(snapshot, clause) & snapshot.live).sum()) < _FEW


def _read(snapshot: Snapshot, lexicon: Lexicon, sound: str) -> list[tuple[str, ...]]:
    whole = _chinese(snapshot, lexicon, sound)
    if whole or len(sound) < _TWO_WORDS:
        return [whole] if whole else []
    for cut in range(len(sound) - _SHORTEST, _SHORTEST - 1, -1):
        first = _chinese(snapshot, lexicon, sound[:cut])
        second = _chinese(snapshot, lexicon, sound[cut:]) if first else ()
        if second:
            return [first, second]
    return []


def _chinese(snapshot: Snapshot, lexicon: Lexicon, sound: str) -> tuple[str, ...]:
    """What is written so somewhere: the words of a segment outlive the documents that were taken out of it."""
    written = (text for text in lexicon.readings(sound) if not text.isascii())
    return tuple(islice((text for text in written if occurs(snapshot, text)), _MOST))
