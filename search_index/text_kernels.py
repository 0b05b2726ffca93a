"""The loops that look for words in stored texts, byte by byte, compiled as those over postings are (kernels.py)."""

import numpy as np
import numpy.typing as npt

from search_index.kernels import compiled

I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


@compiled
def _end_of(text: U8, start: int, end: int, first_line: bool) -> int:
    """Where a stretch of the text ends, or its first line."""
    if not first_line:
        return end
    at = start
    while at < end and text[np.uint64(at)] != np.uint8(10):
        at += 1
    return at


@compiled
def find_phrase(starts: I64, ends: I64, text: U8, phrase: U8, first_line: bool, found: Flags) -> None:
    """Whether the phrase stands in each stretch of the text, or in the first line of each, where it is not found already."""
    size, last = len(phrase), phrase[-1]
    # How far the phrase can be moved on when this byte lies under its end.
    moves = np.full(256, size, np.int64)
    for at in range(size - 1):
        moves[phrase[at]] = size - 1 - at
    for number in range(len(starts)):
        if found[number]:
            continue
        end = _end_of(text, starts[number], ends[number], first_line)
        at = starts[number] + size - 1
        while at < end:
            under = text[np.uint64(at)]
            if under == last:
                same = 1
                while same < size and text[np.uint64(at - same)] == phrase[size - 1 - same]:
                    same += 1
                if same == size:
                    found[number] = True
                    break
            at += moves[under]


@compiled
def find_sequence(
    starts: I64, ends: I64, text: U8, pieces: U8, offsets: I64, words: Flags, classes: U8, first_line: bool, found: Flags
) -> None:  # fmt: skip
    """Whether the pieces stand in each stretch of the text, or its first line, with nothing but separators between them.

    Two `words` must have one between them, and beside a word at either end there is no letter. `classes` are those of
    analysis.py for the basic plane, in which separators are 0 and letters 1.
    """
    size = offsets[1]
    for number in range(len(starts)):
        end = _end_of(text, starts[number], ends[number], first_line)
        for at in range(starts[number], end - size + 1):
            if text[np.uint64(at)] != pieces[0] or not _stands_at(text, at, end, pieces, 0, size):
                continue
            if words[0] and at > starts[number] and _class_at(text, _before(text, at), classes) == 1:
                continue
            if _goes_on(text, at + size, end, pieces, offsets, words, classes):
                found[number] = True
                break


@compiled
def _goes_on(
    text: U8, at: int, end: int, pieces: U8, offsets: I64, words: Flags, classes: U8
) -> bool:  # fmt: skip
    """Whether the pieces after the first follow from here on, and what is behind the last does not belong to it."""
    for piece in range(1, len(words)):
        begun = at
        while at < end and text[np.uint64(at)] != np.uint8(10) and _class_at(text, at, classes) == 0:
            at += _width(text[np.uint64(at)])
        if at == begun and words[piece - 1] and words[piece]:
            return False
        if not _stands_at(text, at, end, pieces, offsets[piece], offsets[piece + 1]):
            return False
        at += offsets[piece + 1] - offsets[piece]
    return not (words[-1] and at < end and _class_at(text, at, classes) == 1)


@compiled
def _stands_at(text: U8, at: int, end: int, pieces: U8, first: int, last: int) -> bool:
    """Whether a piece stands at a place."""
    if at + last - first > end:
        return False
    for step in range(last - first):  # noqa: SIM110 - numba compiles no generators
        if text[np.uint64(at + step)] != pieces[np.uint64(first + step)]:
            return False
    return True


@compiled
def _width(byte: int) -> int:
    """How many bytes of UTF-8 a code point has that begins with this one."""
    if byte < 0xC0:
        return 1
    return 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4


@compiled
def _before(text: U8, at: int) -> int:
    """Where the code point before a place begins."""
    at -= 1
    while text[np.uint64(at)] & 0xC0 == 0x80:
        at -= 1
    return at


@compiled
def _class_at(text: U8, at: int, classes: U8) -> int:
    """The class of a code point; beyond the basic plane, that of an ideograph where the plane is one of theirs."""
    width = _width(text[np.uint64(at)])
    if width == 1:
        return int(classes[text[np.uint64(at)]])
    point = int(text[np.uint64(at)]) & (0x7F >> width)
    for step in range(1, width):
        point = point << 6 | int(text[np.uint64(at + step)]) & 0x3F
    if point >= 0x10000:
        return 2 if 0x20000 <= point < 0x40000 else 0
    return int(classes[point])
