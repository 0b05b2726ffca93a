"""The words of a text that say something by themselves: no function words, no numbers and units, no places like 台上.

Knows one text at a time; which of these words stand everywhere in a collection is for meaning.py to say.
"""

import re
from functools import lru_cache

import rjieba

from search_index.analysis import fold
from search_index.shared_words import EMPTY_WORDS

_SAYING = ("n", "v", "a", "b", "z", "j", "l", "i", "eng")
"""Parts of speech by their first letters: nouns, verbs, adjectives, set phrases, foreign words. Not adverbs, not units."""

_NAMING = ("n", "v", "j", "l")
_CHINESE = re.compile(r"[㐀-鿿]")
_HOLDS_LETTER = re.compile(r"[^\W\d_]")
_HOLDS_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=256)
def content_words(text: str) -> tuple[str, ...]:
    """The words of two and more characters, folded, in their order, as often as they stand there.

    A list of matches asks for the same text many times.
    """
    return tuple(word for word in rjieba.cut(fold(text)) if _says_something(word))


@lru_cache(maxsize=65_536)
def _says_something(word: str) -> bool:
    if len(word) < 2 or word in EMPTY_WORDS or _HOLDS_DIGIT.search(word) or not _HOLDS_LETTER.search(word):
        return False
    return any(tag.startswith(_SAYING) and tag != "ad" for _, tag in rjieba.tag(word))


@lru_cache(maxsize=65_536)
def names(word: str) -> bool:
    """Whether a folded Chinese word names a thing or what is done to it, rather than saying how it is."""
    return bool(_CHINESE.search(word)) and any(tag.startswith(_NAMING) for _, tag in rjieba.tag(word))


def is_unit(word: str, folded: str) -> bool:
    """Whether a word stands in a folded text only behind numbers, as kW in 500 kW does."""
    wanted = re.escape(fold(word))
    behind = len(re.findall(rf"\d\s*{wanted}", folded))
    return 0 < behind == len(re.findall(wanted, folded))
