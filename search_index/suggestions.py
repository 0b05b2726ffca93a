"""What a person may be about to type: words of titles and names that go on from the end of the text so far.

Written, in pinyin, or by its initials. Only what finds something is offered.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import rjieba

from search_index.analysis import fold
from search_index.document import Completion
from search_index.lexicon import Lexicon
from search_index.pinyin import spelling

Finds = Callable[[str], bool]
"""Whether a search for a text finds all of it."""

_LAST_PART = re.compile(r"""[^\s"“”「」『』＂:：]*$""")
_OPENING = tuple('"“「『＂:：-－−')
"""After these what is typed is not a word of its own."""

_NAMES = 3
"""So many of the suggestions are names at the most, as long as there are words."""

_SHORTEST_SAID = 2
_TRIED = 20
"""So many candidates are tried, whether or not they find anything."""


def suggestions(lexicon: Lexicon, text: str, limit: int, finds: Finds) -> tuple[Completion, ...]:
    """The texts that begin with what was typed and go on, the most frequent first."""
    last = _LAST_PART.search(text)
    part = last[0] if last else ""
    before = text[: len(text) - len(part)]
    if not part or part[0] in "-－−" or (before and before.rstrip(" ")[-1:] in _OPENING):
        return ()
    return _offered(lexicon, before, part, limit, finds) or _offered(
        lexicon, *_without_last_word(before, part), limit, finds
    )


def _offered(lexicon: Lexicon, before: str, part: str, limit: int, finds: Finds) -> tuple[Completion, ...]:
    """Words, then names: at least `_NAMES` of these where there are any."""
    folded = fold(part)
    words, names = _words(lexicon, folded), _names(lexicon, folded)
    some_words = list(islice(_that_find((word for word in words if word not in names), before, finds), limit))
    some_names = list(islice(_that_find(names, before, finds), max(_NAMES, limit - len(some_words))))
    return (
        *(Completion(word, is_name=False) for word in some_words[: limit - len(some_names)]),
        *(Completion(name, is_name=True) for name in some_names),
    )


def _words(lexicon: Lexicon, part: str) -> list[str]:
    pinyin = spelling(part)
    found = dict.fromkeys([*lexicon.beginning(part), *(lexicon.spelt(pinyin) if pinyin else ())])
    return [word for word in found if word != part] if part else []


def _names(lexicon: Lexicon, part: str) -> list[str]:
    pinyin = spelling(part)
    if not part:
        return []
    said = lexicon.names_spelt(pinyin) if len(pinyin) >= _SHORTEST_SAID else []
    return list(dict.fromkeys([*lexicon.names_holding(part), *said]))


def _that_find(candidates: Iterable[str], before: str, finds: Finds) -> Iterator[str]:
    return (before + one for one in islice(candidates, _TRIED) if finds(before + one))


def _without_last_word(before: str, part: str) -> tuple[str, str]:
    """Where nothing goes on from the whole, its last word alone: from 高温变, 变 after 高温."""
    last = rjieba.cut(fold(part))[-1]
    return f"{before}{part[: len(part) - len(last)]} ", last if len(last) < len(part) else ""
