"""The words of a whole snapshot: the vocabularies of its segments asked together.

Nobody waits for the words of a large segment: they are gathered in a thread of their own, a second for 20,000 titles,
and until then one gets the words as they were before.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from search_index.pinyin import ways_to_say
from search_index.snapshot import Part, Snapshot
from search_index.vocabulary import Table, Vocabulary, vocabulary_of

I64 = npt.NDArray[np.int64]

GATHERING = "words"
"""The name of the thread."""

_AT_ONCE = 2_000
"""The words of so many documents are gathered while somebody waits, in a tenth of a second."""

_CANDIDATES = 32
"""So many of each segment's words are looked at, the most frequent first."""


@dataclass(frozen=True)
class Lexicon:
    """Looks words and names up. Whatever is returned is sorted by how many documents have it, the most first."""

    vocabularies: tuple[Vocabulary, ...]

    def beginning(self, prefix: str) -> list[str]:
        """Words and phrases that begin so."""
        return _ranked(pair for table in self._words() for pair in table.frequent(table.beginning(prefix), _CANDIDATES))

    def names_holding(self, piece: str) -> list[str]:
        """Names with this in them or, if it is a single character, that begin with it."""
        return _ranked(
            pair for table in self._names() for pair in table.frequent(_rows_holding(table, piece), _CANDIDATES)
        )

    def spelt(self, spelling: str) -> list[str]:
        """Words that begin with this pinyin or have these initials, whether or not it ends with a syllable."""
        return _ranked(
            pair for table in self._words() for pair in table.frequent(_rows_spelt(table, spelling), _CANDIDATES)
        )

    def names_spelt(self, spelling: str) -> list[str]:
        """Names of which something begins with this pinyin, or with these initials."""
        return _ranked(
            pair for table in self._names() for pair in table.frequent(_rows_spelt(table, spelling), _CANDIDATES)
        )

    def readings(self, spelling: str) -> list[str]:
        """What is written where this pinyin or these initials are said, as far as words and names have it."""
        return _ranked(
            pair
            for table, initials in [
                *((table, table.initials.exactly(spelling)) for table in self._words()),
                *((table, table.initials.beginning(spelling)) for table in self._names()),
            ]
            for pair in (*_parts(table, initials, len(spelling)), *_said_so(table, spelling))
        )

    def homophones(self, text: str) -> list[str]:
        """Words and phrases that are said like this one and written otherwise."""
        sounds = {"".join(way) for way in ways_to_say(text)}
        rows = ((table, _joined(table.sounds.exactly(sound)[0] for sound in sounds)) for table in self._words())
        found = _ranked(pair for table, those in rows for pair in table.frequent(those, _CANDIDATES))
        return [word for word in found if word != text and len(word) == len(text)]

    def near(self, word: str) -> list[str]:
        """Words and phrases with one character wrong, missing, too many or out of place."""
        return _ranked(pair for table in self._words() for pair in table.frequent(table.within_one(word), _CANDIDATES))

    def spelt_nearly(self, spelling: str) -> list[str]:
        """Words and phrases of which the pinyin has one letter wrong, missing, too many or out of place."""
        return _ranked(
            pair for table in self._words() for pair in table.frequent(table.sounds.within_one(spelling), _CANDIDATES)
        )

    def holds(self, word: str) -> bool:
        """Whether a title had the word or phrase."""
        return any(table.count(word) for table in self._words())

    def _words(self) -> Iterator[Table]:
        return (vocabulary.words for vocabulary in self.vocabularies)

    def _names(self) -> Iterator[Table]:
        return (vocabulary.names for vocabulary in self.vocabularies)


def _rows_holding(table: Table, piece: str) -> I64:
    if len(piece) == 1:
        return table.beginning(piece)
    return np.array([row for row, name in enumerate(table.texts.tolist()) if piece in name], np.int64)


def _rows_spelt(table: Table, spelling: str) -> I64:
    return _joined((table.sounds.beginning(spelling)[0], table.initials.beginning(spelling)[0]))


def _said_so(table: Table, spelling: str) -> Iterator[tuple[str, int]]:
    """The beginnings of texts that are said exactly so: bianya is 变压 in 变压器, but nothing in 变样."""
    rows, starts = table.sounds.beginning(spelling)
    best = np.lexsort((rows, -table.counts[rows]))[:_CANDIDATES]
    for row, start in zip(rows[best].tolist(), starts[best].tolist(), strict=True):
        text = str(table.texts[row])[start:]
        size = _syllables_in(text, spelling)
        if size:
            yield text[:size], int(table.counts[row])


def _syllables_in(text: str, spelling: str) -> int:
    """How many characters of the text the pinyin covers; 0 if it ends within a syllable, or with the first."""
    for way in ways_to_say(text):
        said = ""
        for at, syllable in enumerate(way, start=1):
            said += syllable
            if said == spelling and at > 1:
                return at
    return 0


def _parts(table: Table, places: tuple[I64, I64], size: int) -> Iterator[tuple[str, int]]:
    rows, starts = places
    best = np.lexsort((rows, -table.counts[rows]))[:_CANDIDATES]
    for row, start in zip(rows[best].tolist(), starts[best].tolist(), strict=True):
        yield str(table.texts[row])[start : start + size], int(table.counts[row])


def _joined(rows: Iterable[I64]) -> I64:
    return np.unique(np.concatenate(list(rows)))


def _ranked(found: Iterable[tuple[str, int]]) -> list[str]:
    counts: Counter[str] = Counter()
    for text, count in found:
        counts[text] += count
    return sorted(counts, key=lambda text: (-counts[text], text))


class Lexicons:
    """Hands out the lexicon of a snapshot; threads may share it."""

    def __init__(self, named: tuple[str, ...]) -> None:
        """`named` are the facets whose values are names."""
        self._named = named
        self._known: dict[tuple[str, str], Vocabulary] = {}
        self._latest = Lexicon(())
        self._gathering = threading.Lock()

    def of(self, snapshot: Snapshot) -> Lexicon:
        """The words of the snapshot or, while many are being gathered, of one before it."""
        missing = [part for part in snapshot.parts if (snapshot.key[0], part.name) not in self._known]
        if sum(len(part.segment) for part in missing) <= _AT_ONCE:
            self._gather(snapshot, missing)
        elif self._gathering.acquire(blocking=False):
            threading.Thread(
                target=self._gather_and_release, args=(snapshot, missing), name=GATHERING, daemon=True
            ).start()
        known = self._known
        found = [known.get((snapshot.key[0], part.name)) for part in snapshot.parts]
        if None not in found:
            self._latest = Lexicon(tuple(table for table in found if table))
        return self._latest

    def _gather_and_release(self, snapshot: Snapshot, missing: list[Part]) -> None:
        try:
            self._gather(snapshot, missing)
        finally:
            self._gathering.release()

    def _gather(self, snapshot: Snapshot, missing: list[Part]) -> None:
        if not missing:
            return
        found = {(snapshot.key[0], part.name): vocabulary_of(part.segment, self._named) for part in missing}
        present = {(snapshot.key[0], part.name) for part in snapshot.parts}
        # A new dictionary, as others may be reading; what belongs to segments that were merged away is let go.
        self._known = {key: table for key, table in (self._known | found).items() if key in present}


Ask = Callable[[], Lexicon]
"""Gives the lexicon to whoever finds that he needs it."""
