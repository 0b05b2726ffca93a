"""Text to terms, Chinese and English: one analysis for indexing, searching, matching and highlighting.

A term is a Chinese character, a pair of neighbouring ones, or a word of letters and digits; the Chinese words of a title
are terms too. Each is a 44-bit code, so that a text becomes an array. Nothing here knows of documents, scores or files.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import opencc
import rjieba

U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

SEPARATOR, LETTER, CHARACTER = 0, 1, 2
"""Classes of code points: what splits, what forms words, what stands alone and pairs up."""

CODE_BITS = 44
_KIND_SHIFT = np.uint64(42)
_PAIR_SHIFT = np.uint64(21)
_SINGLE, _PAIR, _WORD, _TITLE_WORD = (np.uint64(kind) << _KIND_SHIFT for kind in range(4))
PAIR_CODES = np.array((_PAIR, _WORD))
"""The codes of pairs are not below the first and below the second."""

_WORD_MASK = np.uint64((1 << 41) - 1)
_HASH_BASE = np.uint64(0x9E3779B97F4A7C15)
_HASH_MIX = np.uint64(0xFF51AFD7ED558CCD)

_STANDALONE = ((0x3005, 0x3007), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF))
_BMP = 0x10000
_LONG = 100
"""From so many characters on a table is faster than a dictionary: three times at four hundred."""


class _Folding(dict[int, str]):
    """Full width to half width, compatibility forms, case, and traditional to simplified, one character at a time.

    Character by character, not over the whole text, so that a position in the folded text leads back to the original.
    """

    def __init__(self) -> None:
        super().__init__()
        self._to_simplified = opencc.OpenCC("t2s")
        self.single = np.zeros(_BMP, np.uint32)
        """What each code point of the basic plane folds into; 0 where that is not one such point, or not known yet. The last
        is no character, and stands for those beyond the plane."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        # Half of a surrogate pair is no character and cannot be encoded: it separates.
        folded = " " if unicodedata.category(char) == "Cs" else unicodedata.normalize("NFKC", char).casefold()
        if not folded.isascii():
            folded = "".join(map(self._simplified, folded))
        self[point] = folded
        if len(folded) == 1 and max(point, ord(folded)) < _BMP - 1:
            self.single[point] = ord(folded)
        return folded

    def _simplified(self, char: str) -> str:
        # Twice: what one character is simplified to may itself be the traditional form of another.
        twice: str = self._to_simplified.convert(self._to_simplified.convert(char))
        return twice


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The form in which texts are compared."""
    if text.isascii():
        return text.lower()
    if len(text) > _LONG:
        single = _FOLDING.single.take(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32), mode="clip")
        if single.all():
            return single.tobytes().decode("utf-32-le")
    return text.translate(_FOLDING)


def code_points(folded: str) -> U32:
    return np.frombuffer(folded.encode("utf-32-le"), dtype=np.uint32)


@cache
def classes_of_bmp() -> npt.NDArray[np.uint8]:
    """The class of each code point of the basic plane."""
    table = np.fromiter((LETTER if chr(point).isalnum() else SEPARATOR for point in range(_BMP)), np.uint8, _BMP)
    for first, last in _STANDALONE:
        block = table[first : last + 1]
        block[block == LETTER] = CHARACTER
    return table


def classify(points: U32) -> npt.NDArray[np.uint8]:
    """The class of each code point. Beyond the basic plane every letter stands alone: those are rare characters."""
    classes = classes_of_bmp()[np.minimum(points, _BMP - 1)]
    for at in np.flatnonzero(points >= _BMP):
        classes[at] = CHARACTER if chr(int(points[at])).isalnum() else SEPARATOR
    return classes


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of a folded text: code, first position, length. Not sorted, repeated as often as they occur."""

    codes: U64
    starts: I64
    sizes: I64


def terms_of(points: U32) -> Terms:
    """All terms of a folded text given as code points: single characters, then pairs, then words."""
    classes = classify(points)
    wide = points.astype(np.uint64)
    single = classes == CHARACTER
    singles = np.flatnonzero(single)
    pairs = np.flatnonzero(single[:-1] & single[1:])
    words, sizes = _runs(classes == LETTER)
    return Terms(
        np.concatenate(
            (
                wide[singles] | _SINGLE,
                wide[pairs] << _PAIR_SHIFT | wide[pairs + 1] | _PAIR,
                _word_codes(wide, words, sizes),
            )
        ),
        np.concatenate((singles, pairs, words)),
        np.concatenate((np.full(len(singles), 1), np.full(len(pairs), 2), sizes)),
    )


def terms_with_text(text: str) -> list[tuple[int, str]]:
    """Code and text of every term of a text, as often as it occurs; without the words of titles."""
    folded = fold(text)
    return _written(folded, terms_of(code_points(folded)))


def words_with_text(text: str) -> list[tuple[int, str]]:
    """Code and text of every word that might be in a title, as often as it occurs."""
    folded = fold(text)
    return _written(folded, title_words(folded))


def _written(folded: str, terms: Terms) -> list[tuple[int, str]]:
    return list(zip(terms.codes.tolist(), texts_of(folded, terms), strict=True))


def texts_of(folded: str, terms: Terms) -> list[str]:
    """How each of the terms of a folded text is written."""
    spans = zip(terms.starts.tolist(), (terms.starts + terms.sizes).tolist(), strict=True)
    return [folded[start:end] for start, end in spans]


def _runs(flags: npt.NDArray[np.bool_]) -> tuple[I64, I64]:
    edges = np.diff(np.concatenate(([0], flags.view(np.int8), [0])))
    starts = np.flatnonzero(edges == 1)
    return starts, np.flatnonzero(edges == -1) - starts


def _word_codes(wide: U64, starts: I64, sizes: I64) -> U64:
    """41 bits of a polynomial hash of each word; the arithmetic wraps at 64 bits, which is meant."""
    if not len(starts):
        return np.empty(0, np.uint64)
    firsts = np.cumsum(sizes) - sizes
    within = np.arange(int(sizes.sum())) - np.repeat(firsts, sizes)
    letters = wide[np.repeat(starts, sizes) + within]
    powers = np.multiply.accumulate(np.full(int(sizes.max()), _HASH_BASE))
    hashes = np.add.reduceat(letters * powers[within], firsts)
    mixed: U64 = (hashes ^ (hashes >> np.uint64(29))) * _HASH_MIX
    codes: U64 = ((mixed >> np.uint64(23)) & _WORD_MASK) | _WORD
    return codes


def title_words(folded: str) -> Terms:
    """The words of two and more Chinese characters of a folded title, or of a text that is matched with titles."""
    sizes = np.fromiter(map(len, rjieba.cut(folded)), np.int64)
    starts = np.cumsum(sizes) - sizes
    points = code_points(folded)
    outside = np.concatenate(([0], np.cumsum(classify(points) != CHARACTER)))
    words = (sizes > 1) & (outside[starts + sizes] == outside[starts])
    codes = _word_codes(points.astype(np.uint64), starts[words], sizes[words])
    return Terms(codes | _TITLE_WORD, starts[words], sizes[words])


def is_compound(codes: U64) -> npt.NDArray[np.bool_]:
    """Whether each code is of several characters: pairs and the words of titles are a field of their own when scoring."""
    compound: npt.NDArray[np.bool_] = (codes >> _KIND_SHIFT) & np.uint64(1) != np.uint64(0)
    return compound


def pair_code(word: str) -> int:
    """The code of the pair that a folded Chinese word begins with."""
    return ord(word[0]) << int(_PAIR_SHIFT) | ord(word[1]) | int(_PAIR)


def code_of(term: str) -> int:
    """The code of one folded term: a character, a pair or a word. For a few of them this is sooner than arrays are."""
    if not is_character(term[0]):
        return int(terms_of(code_points(term)).codes[0])
    return pair_code(term) if len(term) > 1 else ord(term) | int(_SINGLE)


def is_title_word(codes: U64) -> npt.NDArray[np.bool_]:
    """Whether each code is a word of a title."""
    words: npt.NDArray[np.bool_] = (codes >> _KIND_SHIFT) == np.uint64(3)
    return words


def pieces_of(folded: str) -> list[str]:
    """The unbroken runs of characters and the words of a folded text, in order: "5g基站" gives "5g", "基站"."""
    classes = classify(code_points(folded))
    pieces = []
    for wanted in (LETTER, CHARACTER):
        starts, sizes = _runs(classes == wanted)
        spans = zip(starts.tolist(), (starts + sizes).tolist(), strict=True)
        pieces += [(start, folded[start:end]) for start, end in spans]
    return [piece for _, piece in sorted(pieces)]


@lru_cache(maxsize=2048)
def pieces_typed(text: str) -> tuple[str, ...]:
    """The pieces of a text that somebody typed, not folded yet. A search asks for them many times."""
    return tuple(pieces_of(fold(text)))


def is_character(char: str) -> bool:
    """Whether it stands alone and pairs up, rather than being part of a word."""
    point = ord(char)
    return bool(classes_of_bmp()[point] == CHARACTER) if point < _BMP else char.isalnum()


def terms_in(piece: str) -> list[str]:
    """All terms of a piece, as often as they stand there: its characters and pairs, or itself where it is a word."""
    return [*piece, *_pairs(piece)] if is_character(piece[0]) else [piece]


def required_terms(piece: str) -> list[str]:
    """What a document must hold to hold the piece: its pairs, or itself where it is one character or a word."""
    return _pairs(piece) if len(piece) > 1 and is_character(piece[0]) else [piece]


def _pairs(piece: str) -> list[str]:
    return [piece[at : at + 2] for at in range(len(piece) - 1)]
