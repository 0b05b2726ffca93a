"""What the index should answer, worked out the slow and obvious way from plain Python strings and dictionaries."""

import math
import random
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import opencc

from search_index.document import Document
from search_index.index import SearchIndex
from tests.contract.engine import ENGINE

SIMPLIFIED = opencc.OpenCC("t2s")

WORDS = (
    *("压电", "陶瓷", "高温", "材料", "水性", "涂料", "防腐", "焊接", "机器人", "控制", "系统", "节能"),
    *("减排", "废水", "处理", "技术", "MnZn", "PLC", "5G", "pH", "传感器"),
)
COUNTIES = ("奎文区", "潍城区", "寿光市", "诸城市")


def text(rng: random.Random, most: int) -> str:
    joiners = ("", "", "", " ", "，", "。\n", "<b>", "ＡＢ")
    return "".join(rng.choice(WORDS) + rng.choice(joiners) for _ in range(rng.randint(0, most)))


def document(rng: random.Random, number: int, version: int = 1) -> Document:
    facets = {"county": tuple(rng.sample(COUNTIES, rng.choice((0, 1, 1, 2)))), "state": (rng.choice(("open", "shut")),)}
    sorts = {"at": float(rng.randint(1, 9))} if rng.random() < 0.8 else {}
    return Document(number, text(rng, 5), text(rng, 40), facets, sorts, version)


def numbered(number: int, version: int = 1) -> Document:
    """A document that "压电陶瓷" finds, and nothing but its number tells from the others."""
    return Document(number, f"压电陶瓷 {number}", "高温材料", {"county": ("寿光市",)}, {"at": float(number)}, version)


def opened(folder: Path) -> SearchIndex:
    """The index in a folder, as another process would open it."""
    return ENGINE(folder, facets=("county", "state"), sorts=("at",))


def fold(value: str) -> str:
    folded = "".join(unicodedata.normalize("NFKC", char).casefold() for char in value)
    return "".join(SIMPLIFIED.convert(SIMPLIFIED.convert(char)) for char in folded)


def _is_character(char: str) -> bool:
    standing_alone = ("々〇", "\u3040\u30ff", "\u3400\u9fff", "\uac00\ud7af", "\uf900\ufaff", "\U00010000\U0010ffff")
    return char.isalnum() and any(ends[0] <= char <= ends[1] for ends in standing_alone)


def runs(value: str) -> list[str]:
    """Runs of characters, and words."""
    found: list[str] = []
    kind = ""
    for char in fold(value):
        now = "character" if _is_character(char) else "letter" if char.isalnum() else ""
        if now and now == kind:
            found[-1] += char
        elif now:
            found.append(char)
        kind = now
    return found


def terms(value: str) -> tuple[Counter[str], Counter[str]]:
    """Single characters and words; pairs of characters."""
    singles: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for run in runs(value):
        if _is_character(run[0]):
            singles.update(run)
            pairs.update(run[at : at + 2] for at in range(len(run) - 1))
        else:
            singles[run] += 1
    return singles, pairs


def bm25(
    documents: Sequence[Document], weighted: Iterable[tuple[str, float]], k1: float, b: float, title: float
) -> dict[int, dict[str, float]]:
    """Per document id, what each term adds to its score; documents without any are left out."""
    scores: dict[int, dict[str, float]] = {}
    queries: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for value, weight in weighted:
        for query, found in zip(queries, terms(value), strict=True):
            for term, count in found.items():
                query[term] += count * weight  # type: ignore[assignment]
    for kind, query in enumerate(queries):
        held = {document.id: _frequencies(document, kind, title) for document in documents}
        lengths = {document.id: _length(document, kind, title) for document in documents}
        average = sum(lengths.values()) / max(len(documents), 1)
        for term, count in query.items():
            holding = [number for number, each in held.items() if term in each]
            idf = math.log(1 + (len(documents) - len(holding) + 0.5) / (len(holding) + 0.5))
            for number in holding:
                frequency, length = held[number][term], lengths[number]
                norm = k1 * (1 - b + b * length / average)
                scores.setdefault(number, {})[term] = count * idf * (k1 + 1) * frequency / (frequency + norm)
    return scores


def _frequencies(document: Document, kind: int, title: float) -> dict[str, float]:
    found: dict[str, float] = {}
    for value, weight in ((document.title, title), (document.body, 1.0)):
        for term, count in terms(value)[kind].items():
            found[term] = found.get(term, 0.0) + weight * min(count, 255)
    return found


def _length(document: Document, kind: int, title: float) -> float:
    return title * terms(document.title)[kind].total() + terms(document.body)[kind].total()


def holds(document: Document, value: str) -> bool:
    """Every run of characters as it stands, every word as a word."""
    found = [run for part in (document.title, document.body) for run in runs(part)]
    return all(
        any(wanted == run or (_is_character(wanted[0]) and wanted in run) for run in found) for wanted in runs(value)
    )
