"""What a person sees of a search: marked stretches and snippets.

Texts are raw on the way in and out: whoever shows a fragment escapes it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

import rjieba

from search_index.analysis import fold, pieces_typed
from search_index.document import Fragment
from search_index.folded import Folded, Span

_SENTENCE_END = re.compile(r"[。！？!?；;\n]+[”’」』）)]*|\.\s+")
_CUT = "…"


def highlight(text: str, query: str | Iterable[str], width: int | None = None) -> tuple[Fragment, ...]:
    """The text in fragments that alternate between plain and marked; joined they are the text.

    `query` is what a person typed, or terms that are marked as they are. With `width`, the stretch of about that many
    characters that holds the most: it starts at the beginning of a sentence if it can, and "…" stands where it is cut.
    """
    searched = Folded(text)
    spans = _merged([searched.original(*span) for span in _spans(searched, query)])
    if width is None or len(text) <= width:
        return _fragments(text, spans, 0, len(text))
    start, end = _window(text, spans, width)
    cut_before, cut_after = text[:start].strip(), text[end:].strip()
    body = _fragments(text, spans, start, end)
    before = (Fragment(_CUT, marked=False),) if cut_before else ()
    after = (Fragment(_CUT, marked=False),) if cut_after else ()
    return before + body + after


def _spans(text: Folded, query: str | Iterable[str]) -> list[Span]:
    if not isinstance(query, str):
        return [span for term in query if term for span in text.find(fold(term))]
    spans = []
    for piece in pieces_typed(query):
        spans += text.find(piece) or _parts_of(text, piece)
    return spans


def _parts_of(text: Folded, piece: str) -> list[Span]:
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
        # They are in order and apart from each other, so what begins within is a run of them; the last may be cut.
        begun = spans[bisect_left(spans, (start, 0)) : bisect_left(spans, (start + width, 0))]
        held = [text[first:last] for first, last in begun if last <= start + width]
        return len(set(held)), len(held), -start

    start = max(starts, key=worth)
    while start < len(text) and text[start].isspace():
        start += 1
    return start, min(len(text), start + width)


def _start_before(first: int, last: int, sentences: list[int], width: int) -> int:
    begun = sentences[bisect_right(sentences, first) - 1]
    # A sentence too long for the mark to be seen: begin a little before the mark instead.
    return begun if last - begun <= width else max(0, first - width // 4)
