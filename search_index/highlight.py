"""What a person sees of a match: marked stretches, snippets, and the words in which two texts agree.

The index thinks in characters and pairs; a person reads words, so rjieba's words are preferred here. Texts are raw on
the way in and out: whoever shows a fragment escapes it.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

import numpy as np
import numpy.typing as npt
import rjieba

from search_index.analysis import (
    LETTER,
    SEPARATOR,
    classify,
    code_points,
    fold,
    is_character,
    pieces_typed,
    terms_with_text,
    words_with_text,
)
from search_index.document import Fragment, Share

Span = tuple[int, int]

_SENTENCE_END = re.compile(r"[。！？!?；;\n]+[”’」』）)]*|\.\s+")
_CUT = "…"

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


class _Folded:
    """A text with its folded form, and the way back from a position in the one to the other."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        self._origin: list[int] | None = None
        if len(self.folded) != len(text):
            # A character that folds into several, such as ㎡: every part of it leads back to the whole.
            self._origin = [at for at, char in enumerate(text) for _ in fold(char)]

    @cached_property
    def _is_letter(self) -> npt.NDArray[np.bool_]:
        letters: npt.NDArray[np.bool_] = classify(code_points(self.folded)) == LETTER
        return letters

    def original(self, start: int, end: int) -> Span:
        if self._origin is None:
            return start, end
        return self._origin[start], self._origin[end - 1] + 1

    def find(self, needle: str) -> list[Span]:
        """Where a folded string stands; letters and digits only as whole words."""
        found = []
        at = self.folded.find(needle)
        while at >= 0:
            end = at + len(needle)
            if not (self._splits_word(at) or self._splits_word(end)):
                found.append((at, end))
            at = self.folded.find(needle, at + 1)
        return found

    def holds(self, needle: str) -> bool:
        """Whether a folded string stands anywhere."""
        return needle in self.folded and bool(self.find(needle))

    def _splits_word(self, at: int) -> bool:
        if not 0 < at < len(self.folded) or _between_characters(self.folded[at - 1 : at + 1]):
            return False
        return bool(self._is_letter[at - 1]) and bool(self._is_letter[at])


@lru_cache(maxsize=65_536)
def _between_characters(two: str) -> bool:
    """Whether no word of letters can go on there: so it is nearly everywhere in a Chinese text."""
    return is_character(two[0]) or is_character(two[1])


def highlight(text: str, query: str | Iterable[str], width: int | None = None) -> tuple[Fragment, ...]:
    """The text in fragments that alternate between plain and marked; joined they are the text.

    `query` is what a person typed, or terms that are marked as they are. With `width`, the stretch of about that many
    characters that holds the most: it starts at the beginning of a sentence if it can, and "…" stands where it is cut.
    """
    searched = _Folded(text)
    spans = _merged([searched.original(*span) for span in _spans(searched, query)])
    if width is None or len(text) <= width:
        return _fragments(text, spans, 0, len(text))
    start, end = _window(text, spans, width)
    cut_before, cut_after = text[:start].strip(), text[end:].strip()
    body = _fragments(text, spans, start, end)
    before = (Fragment(_CUT, marked=False),) if cut_before else ()
    after = (Fragment(_CUT, marked=False),) if cut_after else ()
    return before + body + after


def _spans(text: _Folded, query: str | Iterable[str]) -> list[Span]:
    if not isinstance(query, str):
        return [span for term in query if term for span in text.find(fold(term))]
    spans = []
    for piece in pieces_typed(query):
        spans += text.find(piece) or _parts_of(text, piece)
    return spans


def _parts_of(text: _Folded, piece: str) -> list[Span]:
    """A run of characters that does not occur as a whole: its words, else its pairs, never a lone character."""
    words = [span for word in rjieba.cut(piece) if len(word) > 1 for span in text.find(word)]
    return words or [span for at in range(len(piece) - 1) for span in text.find(piece[at : at + 2])]


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _fragments(text: str, spans: list[Span], start: int, end: int) -> tuple[Fragment, ...]:
    fragments, at = [], start
    for first, last in spans:
        if first < end and last > start:
            marked = Fragment(text[max(first, start) : min(last, end)], marked=True)
            fragments += [Fragment(text[at:first], marked=False), marked]
            at = min(last, end)
    fragments.append(Fragment(text[at:end], marked=False))
    return tuple(fragment for fragment in fragments if fragment.text)


def _window(text: str, spans: list[Span], width: int) -> Span:
    """The best stretch: different marks count most, then many, then an early one."""
    sentences = [0, *(match.end() for match in _SENTENCE_END.finditer(text) if match.end() < len(text))]
    starts = {_start_before(first, last, sentences, width) for first, last in spans} or {0}

    def worth(start: int) -> tuple[int, int, int]:
        held = [text[first:last] for first, last in spans if start <= first and last <= start + width]
        return len(set(held)), len(held), -start

    start = max(starts, key=worth)
    while start < len(text) and text[start].isspace():
        start += 1
    return start, min(len(text), start + width)


def _start_before(first: int, last: int, sentences: list[int], width: int) -> int:
    begun = max(sentence for sentence in sentences if sentence <= first)
    # A sentence too long for the mark to be seen: begin a little before the mark instead.
    return begun if last - begun <= width else max(0, first - width // 4)


def readable_terms(shares: Iterable[Share], *texts: str, limit: int = 5) -> tuple[ReadableTerm, ...]:
    """The longest stretches of words that occur in all texts, by what their terms add to the score, at most `limit`.

    Each share is counted for one stretch only; the field is the one that adds most to it. Where the texts have no word
    in common, the terms themselves are given.
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
    ranked = sorted(chain.from_iterable(rest.values()), key=lambda share: (-share.share, share.term))
    return tuple(ReadableTerm(share.term, share.field, share.share) for share in ranked[:limit])


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
    first, others = _Folded(texts[0]), [_Folded(text) for text in texts[1:]]
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


def _longest(text: _Folded, words: Sequence[Span], others: list[_Folded]) -> int:
    """How many of the words make the longest stretch worth showing that all others hold, from the first word on."""
    if text.folded[slice(*words[0])] in EMPTY_WORDS:
        return 0
    longest = 0
    for size in range(1, len(words) + 1):
        stretch = text.folded[words[0][0] : words[size - 1][1]]
        if not all(other.holds(stretch) for other in others):
            break
        if len(stretch) > 1 and text.folded[slice(*words[size - 1])] not in EMPTY_WORDS:
            longest = size
    return longest
