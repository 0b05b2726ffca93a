"""The words in which two texts agree, as a person reads them, each with what it makes of the score.

The index thinks in characters and pairs; a person reads words, so rjieba's words are preferred here.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import rjieba

from search_index.analysis import SEPARATOR, classify, code_points, terms_with_text, words_with_text
from search_index.document import Share
from search_index.folded import Folded, Span

# Words that hold sentences together: no stretch begins or ends with one, and none consists of them.
_FUNCTION_WORDS = """
的 地 得 了 和 与 及 或 及其 以及 并 并且 而 而且 在 于 对 对于 由 从 为 为了 基于 以 用 将 把 被 是 有 其 该 此 这 等 等等
中 上 下 内 个 种 一种 一个 进行 通过 采用 使用 以上 以下 不 也 都 可 可以 能 能够 需 需要 要 所 之 至 到 向
the a an of and or in on to for with by is are be at from as
"""
EMPTY_WORDS = frozenset(_FUNCTION_WORDS.split())


@dataclass(frozen=True, slots=True)
class ReadableTerm:
    """A stretch both texts hold, as it is written in the first; `share` is what its characters and pairs add."""

    text: str
    field: str
    share: float


def readable_terms(shares: Iterable[Share], *texts: str, limit: int = 5) -> tuple[ReadableTerm, ...]:
    """The longest stretches of words that occur in all texts, by what their terms add to the score, at most `limit`.

    Each share is counted for one stretch only; the field is the one that adds most to it. Where the texts have no word
    in common, the terms themselves are given, as far as they are no chance meeting of two words.
    """
    rest: dict[str, list[Share]] = {}
    for share in shares:
        rest.setdefault(share.term, []).append(share)
    stretches = _common_stretches(texts)
    found: list[ReadableTerm] = []
    while stretches and len(found) < limit:
        # The shares a stretch would get change as others take theirs, so each round weighs anew.
        weights = {stretch: _weight(rest, terms) for stretch, (_, terms) in stretches.items()}
        written, terms = stretches.pop(max(weights, key=lambda stretch: (weights[stretch], stretch)))
        held = [share for term in terms for share in rest.pop(term, ())]
        if not held:
            break
        found.append(_readable(written, held))
    if found:
        return tuple(sorted(found, key=lambda term: -term.share))
    read = [Folded(text) for text in texts]
    whole = (term for term in rest if all(_stands(term, [(0, len(term))], text) for text in read))
    ranked = sorted((_readable(term, rest[term]) for term in whole), key=lambda term: (-term.share, term.text))
    return tuple(ranked[:limit])


def _weight(shares: Mapping[str, Sequence[Share]], terms: Iterable[str]) -> float:
    return math.fsum(share.share for term in terms for share in shares.get(term, ()))


def _readable(written: str, shares: list[Share]) -> ReadableTerm:
    # Exact sums: the shares come in the order of a set, which changes from process to process.
    fields = {
        field: math.fsum(share.share for share in shares if share.field == field)
        for field in sorted({share.field for share in shares})
    }
    return ReadableTerm(written, max(fields, key=lambda field: fields[field]), math.fsum(fields.values()))


def _common_stretches(texts: tuple[str, ...]) -> dict[str, tuple[str, frozenset[str]]]:
    """Stretches of whole words of the first text that stand in every other one, folded: as written, and their terms."""
    if not texts:
        return {}
    first, others = Folded(texts[0]), [Folded(text) for text in texts[1:]]
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for words in _runs_of_words(first.folded):
        at = 0
        while at < len(words):
            size = _longest(first, words[at:], others)
            if size:
                start, end = words[at][0], words[at + size - 1][1]
                stretch = first.folded[start:end]
                found.setdefault(stretch, (texts[0][slice(*first.original(start, end))], _terms_of(stretch)))
            at += max(size, 1)
    return found


@lru_cache(maxsize=4_096)
def _terms_of(stretch: str) -> frozenset[str]:
    """All terms of a stretch; the matches of a list have many stretches in common."""
    return frozenset(term for _, term in terms_with_text(stretch) + words_with_text(stretch))


@lru_cache(maxsize=128)
def _runs_of_words(folded: str) -> tuple[tuple[Span, ...], ...]:
    """The words between separators, as spans of the folded text. A list of matches asks for the same text many times."""
    separators = (classify(code_points(folded)) == SEPARATOR).tolist()
    runs: list[list[Span]] = [[]]
    at = 0
    for word in rjieba.cut(folded):
        end = at + len(word)
        if word.isspace() or all(separators[at:end]):
            runs.append([])
        else:
            runs[-1].append((at, end))
        at = end
    return tuple(tuple(run) for run in runs)


def _longest(text: Folded, words: Sequence[Span], others: list[Folded]) -> int:
    """How many of the words make the longest stretch worth showing that all others hold, from the first word on."""
    first, longest = words[0], 0
    if text.folded[slice(*first)] in EMPTY_WORDS:
        return 0
    # Where the stretch so far stands in each of the others: with each word fewer places are left.
    places = [other.begins(text.folded[slice(*first)]) for other in others]
    if not all(places):
        return 0
    for size, (start, end) in enumerate(words, start=1):
        word, before = text.folded[start:end], start - first[0]
        places = [_going_on(*each, word, before) for each in zip(others, places, strict=True)]
        behind = before + len(word)
        if not all(_ends_whole(*each, behind) for each in zip(others, places, strict=True)):
            break
        if behind > 1 and word not in EMPTY_WORDS:
            longest = size
    return longest


def _going_on(text: Folded, places: Sequence[int], word: str, before: int) -> list[int]:
    """At which of the places a word follows so many characters behind, as a word of its own or within one."""
    edges, folded = _edges_of_words(text.folded), text.folded
    return [
        at
        for at in places
        if folded.startswith(word, at + before) and _is_whole(edges, at + before, at + before + len(word))
    ]


def _ends_whole(text: Folded, places: Sequence[int], behind: int) -> bool:
    """Whether at one of the places no word of letters goes on behind so many characters."""
    return any(not text.splits_word(at + behind) for at in places)


def _stands(stretch: str, words: Sequence[Span], text: Folded) -> bool:
    """Whether the text holds the stretch, and each of its words as words of its own or within one: 一种植物 holds no 种植."""
    if not text.holds(stretch):
        return False
    edges, first = _edges_of_words(text.folded), words[0][0]
    return any(
        all(_is_whole(edges, at + start - first, at + end - first) for start, end in words)
        for at, _ in text.find(stretch)
    )


def _is_whole(edges: frozenset[int], start: int, end: int) -> bool:
    return (start in edges and end in edges) or edges.isdisjoint(range(start + 1, end))


@lru_cache(maxsize=128)
def _edges_of_words(folded: str) -> frozenset[int]:
    """Where words begin and end."""
    return frozenset(place for run in _runs_of_words(folded) for span in run for place in span)
