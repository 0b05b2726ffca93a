"""What a standard text may say: what makes a document wrong, or what a reader would not see as it is signed, is refused by name.

Pure but for the font of the printed documents. A text is data: nothing in it is ever read as markup, so nothing is forbidden for
looking like it.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NoReturn

from marketplace.contracts.standard import First
from marketplace.infra.typesetting import can_print
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.standards.rules import LONGEST_HEADING, LONGEST_TEXT

_BRACES = re.compile(r"\{[^{}]*\}|[{}｛｝]")
_SEEN = frozenset("LNPS")
"""Letters, numbers, punctuation and symbols, by the first letter of Unicode's category."""

_SPACES = frozenset(" \u3000")
_RADICALS = range(0x2E80, 0x2FE0)
"""Parts of characters, which look like characters and are none."""


def checked(first: First, heading: str, text: str) -> tuple[str, str]:
    """Heading and text as they are kept: without gaps at the ends of lines and empty lines.

    Raises InvalidInput for the first thing that is wrong, saying in which line, at which character.
    """
    return _checked_heading(heading), _checked_text(first, text)


def _checked_heading(typed: str) -> str:
    heading = typed.strip()
    if not heading:
        raise InvalidInput(N_("Please fill this in."), field="heading")
    if len(heading) > LONGEST_HEADING:
        raise InvalidInput(
            N_("A heading has at most %(longest)s characters; this one has %(count)s."),
            field="heading",
            longest=LONGEST_HEADING,
            count=len(heading),
        )
    _require_visible("heading", heading)
    if brace := _BRACES.search(heading):
        raise InvalidInput(
            N_("Character %(column)s: a heading has no placeholders and no braces."),
            field="heading",
            column=brace.start() + 1,
        )
    return heading


def _checked_text(first: First, typed: str) -> str:
    lines = [line.strip(" \u3000") for line in typed.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    text = "\n".join(line for line in lines if line)
    if not text:
        raise InvalidInput(N_("Please fill this in."), field="text")
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(
            N_("A text has at most %(longest)s characters; this one has %(count)s."),
            field="text",
            longest=LONGEST_TEXT,
            count=len(text),
        )
    _require_visible("text", "\n".join(lines))
    _require_placeholders(first, lines)
    return text


def _require_visible(field: str, text: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        for column, char in enumerate(line, 1):
            if message := wrong_with(char):
                raise InvalidInput(
                    message, field=field, line=number, column=column, char=char, code=f"U+{ord(char):04X}"
                )


def wrong_with(char: str) -> str:
    """A msgid of why a character cannot stand in a text; empty for one that can."""
    if char in _SPACES:
        return ""
    if unicodedata.category(char)[0] not in _SEEN:
        return N_("Line %(line)s, character %(column)s: a character that cannot be seen (%(code)s). Delete it.")
    if ord(char) in _RADICALS or unicodedata.normalize("NFC", char) != char:
        return N_(
            "Line %(line)s, character %(column)s: “%(char)s” (%(code)s) only looks like another character. Type that one."
        )
    if not can_print(char):
        return N_(
            "Line %(line)s, character %(column)s: the font of printed documents lacks “%(char)s” (%(code)s). Write it otherwise."
        )
    return ""


def _require_placeholders(first: First, lines: list[str]) -> None:
    """Every placeholder known, whole, where it belongs, and none missing."""
    seen: set[str] = set()
    for number, column, line, found in _braces(lines):
        name = found[1:-1]
        if len(found) == 1:
            _refuse(
                N_(
                    "Line %(line)s, character %(column)s: “%(found)s” stands alone. Braces only enclose a name, as in {title}."
                ),
                number,
                column,
                found=found,
            )
        if name not in first.allowed:
            _refuse(
                N_(
                    "Line %(line)s, character %(column)s: %(found)s is no placeholder of this clause. It knows: %(known)s."
                ),
                number,
                column,
                found=found,
                known=_named(first.allowed),
            )
        if name in first.alone and (line != found or name in seen):
            _refuse(
                N_(
                    "Line %(line)s, character %(column)s: %(found)s stands for whole paragraphs. It has a line of its own, once."
                ),
                number,
                column,
                found=found,
            )
        seen.add(name)
    if missing := first.required - seen:
        raise InvalidInput(
            N_("%(missing)s is missing: without it the document would not say what was agreed."),
            field="text",
            missing=_named(missing),
        )


def _braces(lines: list[str]) -> Iterator[tuple[int, int, str, str]]:
    for number, line in enumerate(lines, 1):
        for match in _BRACES.finditer(line):
            yield number, match.start() + 1, line, match[0]


def _refuse(message: str, line: int, column: int, found: str, known: str = "") -> NoReturn:
    raise InvalidInput(message, field="text", line=line, column=column, found=found, known=known)


def _named(names: frozenset[str]) -> str:
    return "、".join(f"{{{name}}}" for name in sorted(names))
