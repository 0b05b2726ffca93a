"""How Chinese is said: the syllables of a text, without tones, from the tables of pypinyin.

Only its two data files are read, line by line: imported, the package holds 55 MB in every process.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

Said = tuple[str, ...]
"""One syllable per character; what is not Chinese stands for itself."""

_LONGEST = 4
"""Phrases of up to this many characters tell how a character with several readings is said in them."""

_OFTEN = 3
"""A reading that so many phrases have is one that a person may mean in a phrase that is not in the table."""

_FIRST, _LAST = 0x4E00, 0x9FFF
"""The characters in daily use; of rarer ones nobody types the pinyin."""

_TONES = re.compile("[\u0300\u0301\u0302\u0304\u030c]")
_SPELLING = re.compile(r"[a-z]+(?:'[a-z]+)*")
_CHARACTER = re.compile(r'"(\d+)":\s*"([^",]+)')
_PHRASE = re.compile(rf'"([^"]{{2,{_LONGEST}}})":\s*\[((?:\s*\[[^\]]*\],?)+)')
_FIRST_READING = re.compile(r'\[\s*"([^"]+)"')


@dataclass(frozen=True, slots=True)
class _Tables:
    """How each character is usually said, the phrases in which it is said otherwise, and how else it is often said."""

    usual: Mapping[str, str]
    phrases: Mapping[str, Said]
    otherwise: Mapping[str, tuple[str, ...]]


def said(text: str) -> Said:
    """How a folded text is said."""
    return tuple(syllable for syllable, _ in _read(_tables(), text))


def ways_to_say(text: str) -> list[Said]:
    """How a folded text is said, and how it could be where one character of several readings is in no known phrase."""
    tables = _tables()
    read = list(_read(tables, text))
    first = tuple(syllable for syllable, _ in read)
    found = [first]
    for at, (_, known) in enumerate(read):
        for other in () if known else tables.otherwise.get(text[at], ()):
            found.append((*first[:at], other, *first[at + 1 :]))
    return found


def spelling(text: str) -> str:
    """A folded text that may be pinyin, without apostrophes; empty for anything else. ü is typed as v."""
    plain = _toneless(text)
    return plain.replace("'", "") if _SPELLING.fullmatch(plain) else ""


def _read(tables: _Tables, text: str) -> Iterator[tuple[str, bool]]:
    """Syllable by syllable, and whether a phrase told it."""
    at = 0
    while at < len(text):
        phrase = next(
            (one for size in range(_LONGEST, 1, -1) if (one := tables.phrases.get(text[at : at + size]))), None
        )
        if phrase is None:
            yield tables.usual.get(text[at], text[at]), False
        else:
            yield from ((syllable, True) for syllable in phrase)
        at += len(phrase) if phrase else 1


def _toneless(syllable: str) -> str:
    marked = unicodedata.normalize("NFD", syllable)
    return _TONES.sub("", marked).replace("u\u0308", "v").replace("’", "'")


@cache
def _tables() -> _Tables:
    spec = find_spec("pypinyin")
    assert spec is not None
    assert spec.origin is not None
    folder, shared = Path(spec.origin).parent, dict[str, str]()
    usual, phrases = {}, {}
    for point, reading in _CHARACTER.findall((folder / "pinyin_dict.json").read_text(encoding="utf-8")):
        if not _FIRST <= int(point) <= _LAST:
            continue
        syllable = _toneless(reading)
        usual[chr(int(point))] = shared.setdefault(syllable, syllable)
    others: Counter[tuple[str, str]] = Counter()
    for found in _PHRASE.finditer((folder / "phrases_dict.json").read_text(encoding="utf-8")):
        phrase = found[1]
        reading = tuple(shared.setdefault(one, one) for one in map(_toneless, _FIRST_READING.findall(found[2])))
        unusual = [pair for pair in zip(phrase, reading, strict=False) if usual.get(pair[0]) != pair[1]]
        if unusual and len(phrase) == len(reading):
            phrases[phrase] = reading
            others.update(unusual)
    return _Tables(usual, phrases, _often(others))


def _often(others: Counter[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for (char, syllable), count in others.items():
        if count >= _OFTEN:
            found[char] = (*found.get(char, ()), syllable)
    return found
