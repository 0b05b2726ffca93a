"""The words that titles and names are made of, by how they are written and by how they are said.

One table per segment of the index, made from its texts when it is first asked for and kept as long as the segment is;
what belongs to deleted documents is still in it, so whoever offers a word looks whether it finds anything.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt
import rjieba

from search_index.analysis import fold
from search_index.nearness import Neighbours
from search_index.pinyin import ways_to_say
from search_index.segment_file import Segment
from search_index.shared_words import EMPTY_WORDS

I64 = npt.NDArray[np.int64]

_WORDS_TOGETHER = 3
_LONGEST = 10
"""Phrases are of up to so many words and characters."""

_LARGE = 512
"""In a segment of so many documents a phrase of several words counts when two titles have it."""

_SOUND, _INITIALS = 48, 12
"""So many letters of how something is said are kept."""

_STARTS_IN_NAME = 3
"""A name is found from any of its first words on: many begin with a place."""

_HEAD = 1_000
"""Nearly every title ends within so many bytes of its document."""

_HIGHEST = "\U0010ffff"
_HOLDS_SOMETHING = re.compile(r"[^\W_]")
_WORD = re.compile(r"\w{2,}")


class Table:
    """Texts with how many documents have each, to be looked up by their beginning or by how they are said."""

    def __init__(self, counts: Counter[str], starts: Iterable[Sequence[int]]) -> None:
        """`starts` are the places in each text from which on it can be looked up by its sound, in the order of `counts`."""
        texts = sorted(zip(counts, starts, strict=True))
        self.texts = np.array([text for text, _ in texts], np.str_)
        self.counts = np.array([counts[text] for text, _ in texts], np.int64)
        said = [
            (row, start, way)
            for row, (text, places) in enumerate(texts)
            for start in places
            for way in ways_to_say(text[start:])
        ]
        self.sounds = Sounds({("".join(way)[:_SOUND], row, start) for row, start, way in said})
        """By the whole of how they are said."""
        self.initials = Sounds({("".join(part[0] for part in way)[:_INITIALS], row, start) for row, start, way in said})
        """By the first letters."""

    def beginning(self, prefix: str) -> I64:
        """The rows of the texts that begin so."""
        first, last = np.searchsorted(self.texts, [prefix, prefix + _HIGHEST])
        return np.arange(first, last)

    def within_one(self, word: str) -> I64:
        """The rows of the texts that differ from the word by one character."""
        return self._neighbours.within_one(word)

    @cached_property
    def _neighbours(self) -> Neighbours:
        return Neighbours(self.texts)

    def frequent(self, rows: I64, most: int) -> list[tuple[str, int]]:
        """The most frequent of these rows with their counts."""
        best = rows[np.lexsort((rows, -self.counts[rows]))][:most]
        return list(zip(self.texts[best].tolist(), self.counts[best].tolist(), strict=True))

    def count(self, text: str) -> int:
        """How many documents have exactly this text."""
        at = int(np.searchsorted(self.texts, text))
        return int(self.counts[at]) if at < len(self.texts) and self.texts[at] == text else 0


class Sounds:
    """Sorted sounds, each with the row of its text and the place in the text where it begins."""

    def __init__(self, said: Iterable[tuple[str, int, int]]) -> None:
        """Sounds, rows and places."""
        ordered = sorted(said)
        # What is not Chinese stands for itself; letters of other scripts nobody spells.
        self._keys = np.array([sound.encode("ascii", "replace") for sound, *_ in ordered], np.bytes_)
        self._rows = np.array([row for _, row, _ in ordered], np.int64)
        self._starts = np.array([start for *_, start in ordered], np.int64)
        order = np.argsort(self._keys, kind="stable")
        self._keys, self._rows, self._starts = self._keys[order], self._rows[order], self._starts[order]

    def exactly(self, sound: str) -> tuple[I64, I64]:
        """Rows and places of what sounds exactly so."""
        return self._between(sound.encode(), sound.encode() + b"\1")

    def beginning(self, sound: str) -> tuple[I64, I64]:
        """Rows and places of what begins so."""
        return self._between(sound.encode(), sound.encode() + b"\x7f")

    def within_one(self, sound: str) -> I64:
        """Rows of what sounds so but for one letter."""
        return np.unique(self._rows[self._neighbours.within_one(sound)])

    @cached_property
    def _neighbours(self) -> Neighbours:
        return Neighbours(self._keys.astype(np.str_))

    def _between(self, low: bytes, high: bytes) -> tuple[I64, I64]:
        first, last = np.searchsorted(self._keys, [low, high])
        return self._rows[first:last], self._starts[first:last]


@dataclass(frozen=True)
class Vocabulary:
    """What one segment's titles and names are made of."""

    words: Table
    names: Table


def vocabulary_of(segment: Segment, named: Iterable[str]) -> Vocabulary:
    """The vocabulary of a segment; `named` are the facets whose values are names."""
    counts: Counter[str] = Counter()
    phrases: Counter[str] = Counter()
    for title in _titles(segment):
        words = list(_runs_of_words(title))
        counts.update({word for run in words for word in run if _is_telling(word)})
        phrases.update(set(chain.from_iterable(map(_phrases, words))))
    fewest = 2 if len(segment) >= _LARGE else 1
    counts.update({phrase: count for phrase, count in phrases.items() if count >= fewest and phrase not in counts})
    names = _names(segment, named)
    return Vocabulary(Table(counts, [(0,)] * len(counts)), Table(names, map(_starts_in_name, names)))


def _titles(segment: Segment) -> Iterator[str]:
    """One by one: the texts of a large segment are many times its titles."""
    view = segment.text.values.data
    for start, end in pairwise(segment.text.offsets.tolist()):
        head, line, _ = bytes(view[start : min(end, start + _HEAD)]).partition(b"\n")
        yield (head if line else bytes(view[start:end]).partition(b"\n")[0]).decode()


def _runs_of_words(title: str) -> Iterator[list[str]]:
    """The words between separators."""
    run: list[str] = []
    for word in rjieba.cut(title):
        if _HOLDS_SOMETHING.search(word):
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _is_telling(word: str) -> bool:
    return bool(_WORD.fullmatch(word)) and not word.isdigit() and word not in EMPTY_WORDS


def _phrases(run: list[str]) -> Iterator[str]:
    """Neighbouring words together, as long as neither the first nor the last holds nothing."""
    for at, first in enumerate(run):
        if first in EMPTY_WORDS:
            continue
        for size in range(2, _WORDS_TOGETHER + 1):
            words = run[at : at + size]
            phrase = "".join(words)
            if len(words) == size and len(phrase) <= _LONGEST and words[-1] not in EMPTY_WORDS and _is_telling(phrase):
                yield phrase


def _names(segment: Segment, named: Iterable[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for facet in (segment.facets[name] for name in named if name in segment.facets):
        sizes = np.bincount(facet.numbers.values, minlength=len(facet.names)).tolist()
        counts.update({fold(name): size for name, size in zip(facet.names, sizes, strict=True) if name})
    return counts


def _starts_in_name(name: str) -> Sequence[int]:
    words = rjieba.cut(name)[:_STARTS_IN_NAME]
    return [sum(map(len, words[:at])) for at in range(len(words))]
