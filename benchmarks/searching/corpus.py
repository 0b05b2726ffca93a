"""The seeded corpus: sentences and parts of titles of a folder's spreadsheets, put together anew.

So a corpus of any size keeps the words, the lengths and the frequencies of real texts. Nothing here is measured.
"""

import csv
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import rjieba

from search_index.document import Document

SEED = 20_260_901
FACETS = ("industry", "county", "category", "maturity", "way", "patent")
SORTS = ("published", "benefit")
_VALUES = {"industry": 15, "county": 16, "category": 6, "maturity": 5, "way": 5, "patent": 2}
"""How many values each facet has, as in the catalogue of results."""

_SENTENCE = re.compile(r"[^。；！？;\n]+[。；！？;]?")
_TITLE_PART = re.compile(r"[^的及与和、]+[的及与和、]?")
_SHORTEST, _LONGEST = 165, 515
"""The sentences of a body are added up to a length between these, which makes about 390 characters on average."""


@dataclass(frozen=True)
class Text:
    """A row of a spreadsheet: its first column and its last."""

    title: str
    body: str


@dataclass(frozen=True)
class Corpus:
    """The rows of a folder's spreadsheets, and whatever is made of them. Everything repeats for the same seed."""

    rows: Sequence[Text]
    needs: Sequence[Text]

    @classmethod
    def read(cls, folder: Path) -> "Corpus":
        """Raises FileNotFoundError where the folder holds no *.csv. Needs are the files named so, else everything."""
        files = {path: list(_rows(path)) for path in sorted(folder.glob("*.csv"))}
        rows = [row for found in files.values() for row in found]
        if not rows:
            raise FileNotFoundError(f"{folder} holds no spreadsheet (*.csv) with texts")
        needs = [row for path, found in files.items() if "need" in path.name for row in found if row.body]
        return cls(rows, needs or rows)

    @cached_property
    def _sentences(self) -> list[str]:
        return [sentence for row in self.rows for sentence in _SENTENCE.findall(row.body)]

    @cached_property
    def _title_parts(self) -> list[str]:
        return [part for row in self.rows for part in _TITLE_PART.findall(row.title)]

    def texts(self, count: int, seed: int = SEED) -> Iterator[Text]:
        """Recombined texts."""
        rng = random.Random(seed)
        for _ in range(count):
            yield Text(
                _joined(rng, self._title_parts, rng.randint(8, 20)),
                _joined(rng, self._sentences, rng.randint(_SHORTEST, _LONGEST)),
            )

    def documents(self, count: int, seed: int = SEED) -> Iterator[Document]:
        """Recombined documents, numbered from 1, with facets and sort keys as uneven as real ones."""
        rng = random.Random(seed + 1)
        for number, text in enumerate(self.texts(count, seed), start=1):
            facets = {name: (value_of(rng, name),) for name in FACETS if rng.random() < 0.9}
            sorts = {"published": float(rng.randint(0, 10**8)), "benefit": float(rng.randint(0, 10**7))}
            yield Document(number, text.title, text.body, facets, sorts, 1)

    def keywords(self, count: int, seed: int = SEED) -> list[str]:
        """What people type: one word of a title, or two; none that stands in a tenth of all titles, such as 一种."""
        rng = random.Random(seed + 2)
        titles = [[word for word in rjieba.cut(row.title) if len(word.strip()) > 1] for row in self.rows]
        held = Counter(word for words in titles for word in set(words))
        typed = [kept for words in titles if (kept := [word for word in words if 10 * held[word] < len(titles)])]
        return [" ".join(_some(rng, rng.choice(typed), rng.choice((1, 1, 2)))) for _ in range(count)]


def value_of(rng: random.Random, facet: str) -> str:
    """A value of a facet; the first are the most frequent."""
    count = _VALUES[facet]
    return f"{facet}-{int(count * rng.random() ** 2)}"


def _some(rng: random.Random, words: Sequence[str], most: int) -> list[str]:
    return rng.sample(words, min(most, len(words)))


def _joined(rng: random.Random, parts: Sequence[str], length: int) -> str:
    text = ""
    while len(text) < length:
        text += rng.choice(parts)
    return text


def _rows(path: Path) -> Iterator[Text]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in list(csv.reader(file))[1:]:
            if len(row) > 1:
                yield Text(row[0].strip(), row[-1].strip())
