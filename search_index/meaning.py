"""What a collection has taught about its words: which of them tell nothing, and which are near in meaning.

One small file beside the indexes. Missing or damaged, it teaches nothing; a page never fails for it. How it is learnt
stands in contexts.py. Nothing is ranked by it: it serves explanations.
"""

import io
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from search_index.analysis import fold
from search_index.arrays import Array, DamagedFileError, map_arrays, write_arrays
from search_index.content_words import FILLER, content_words
from search_index.durable_storage import write_synced

_log = logging.getLogger(__name__)


class Nearby(NamedTuple):
    """Two words near in meaning; `likeness` is the cosine of their vectors."""

    own: str
    other: str
    likeness: float


@dataclass(frozen=True)
class Meaning:
    """`documents` is how many texts it was learnt from, `common` are the words that stand everywhere in them, `passing` those
    that they say in passing, `near` says of a word which others are its nearest and how near."""

    documents: int = 0
    common: frozenset[str] = frozenset()
    passing: frozenset[str] = frozenset()
    near: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def telling(self, text: str, titles: str) -> tuple[str, ...]:
        """The words of a text that say something, each once; what is elsewhere said in passing tells something in a title."""
        subject = fold(titles)
        words = (word for word in dict.fromkeys(content_words(text)) if word not in self.common and word not in FILLER)
        return tuple(word for word in words if word not in self.passing or word in subject)

    def nearest_pairs(self, own: Iterable[str], other: Iterable[str], limit: int) -> tuple[Nearby, ...]:
        """The nearest words of two texts, one from each, the nearest first; no word comes twice, and none that both have."""
        ours, theirs = set(own), set(other)
        found = sorted(
            (-likeness, word, one)
            for word in ours - theirs
            for one, likeness in self.near.get(word, {}).items()
            if one in theirs and one not in ours
        )
        pairs: list[Nearby] = []
        taken: set[str] = set()
        for likeness, word, one in found:
            if len(pairs) < limit and not {word, one} & taken:
                pairs.append(Nearby(word, one, -likeness))
                taken |= {word, one}
        return tuple(pairs)


NOTHING = Meaning()
"""What one knows before anything was learnt."""


def save(meaning: Meaning, path: Path) -> None:
    """Write it so that a reader sees the old or the new, and a power cut loses neither."""
    words = sorted({*meaning.common, *meaning.passing, *meaning.near})
    numbers = {word: number for number, word in enumerate(words)}
    pairs = [
        (numbers[word], numbers[one], likeness) for word in meaning.near for one, likeness in meaning.near[word].items()
    ]
    firsts, seconds, likenesses = zip(*sorted(pairs), strict=True) if pairs else ((), (), ())
    content = io.BytesIO()
    arrays: dict[str, Array] = {
        "words": np.frombuffer("\n".join(words).encode(), np.uint8),
        "common": np.array([numbers[word] for word in sorted(meaning.common)], np.int32),
        "passing": np.array([numbers[word] for word in sorted(meaning.passing)], np.int32),
        "firsts": np.array(firsts, np.int32),
        "seconds": np.array(seconds, np.int32),
        "likenesses": np.array(likenesses, np.float64),
    }
    write_arrays(content, arrays, {"documents": meaning.documents})
    path.parent.mkdir(parents=True, exist_ok=True)
    write_synced(path, content.getvalue())


def load(path: Path) -> Meaning:
    """What was saved. Raises OSError where there is no file, DamagedFileError where it is not whole or of another format."""
    arrays, meta = map_arrays(path)
    try:
        words = arrays["words"].tobytes().decode().split("\n")
        near: dict[str, dict[str, float]] = {}
        columns = (arrays[name].tolist() for name in ("firsts", "seconds", "likenesses"))
        for first, second, likeness in zip(*columns, strict=True):
            near.setdefault(words[first], {})[words[second]] = likeness
        common, passing = (frozenset(words[n] for n in arrays[name].tolist()) for name in ("common", "passing"))
        return Meaning(meta["documents"], common, passing, near)
    except (KeyError, IndexError, ValueError) as error:
        raise DamagedFileError(f"{path} is of another format") from error


class Meanings:
    """Hands out the newest of what was learnt, read once; threads may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._newest: tuple[tuple[int, int] | None, Meaning] = (None, NOTHING)

    def newest(self) -> Meaning:
        """What the file says now; nothing where it is missing or damaged, which is logged once."""
        known, meaning = self._newest
        key = self._key()
        if key != known:
            meaning = self._read() if key else NOTHING
            self._newest = (key, meaning)
        return meaning

    def _key(self) -> tuple[int, int] | None:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino

    def _read(self) -> Meaning:
        try:
            return load(self.path)
        except (OSError, DamagedFileError):
            _log.warning("%s cannot be read: no words of like meaning are shown", self.path, exc_info=True)
            return NOTHING
