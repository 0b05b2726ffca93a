"""Numbers of patents and of their applications: one form for all the ways in which one is written. Pure.

An application has a year, a kind, a serial number and, behind a dot, a check digit: ZL202010123456.7. The digit is left out of
the form, for many leave it out; so are ZL and CN before it, which say only how far the application has come.
"""

import re
import unicodedata

LEAST_DIGITS = 7

_FORMS = (
    # Since October 2003: year, kind, serial number.
    re.compile(r"(?<![0-9A-Z.])(?:(?:ZL|CN)[ .:]?)?(20\d\d) ?([1-9]) ?(\d{7})(?: ?\.? ?[\dX])?(?![0-9A-Z])"),
    # Before: two digits of the year. Without letters before it, it might be an amount.
    re.compile(r"(?<![0-9A-Z.])(?:ZL|CN)[ .:]?([089]\d) ?([1-9]) ?(\d{5})(?: ?\.? ?[\dX])?(?![0-9A-Z])"),
    re.compile(r"(?<![0-9A-Z.])(PCT)/?([A-Z]{2}) ?(\d{4})/?(\d{5,6})(?![0-9A-Z])"),
    # Publications, and patents of other countries, with the letter of the stage left out.
    re.compile(r"(?<![0-9A-Z./])(CN|US|EP|WO|JP|KR|DE|FR|GB) ?(\d{4})/?(\d{3,7})(?: ?[A-Z]\d?)?(?![0-9A-Z])"),
)
_SHORTEST = re.compile(r"\d{4}")
"""Digits in a row that each of them has: most texts need not be looked at any further."""

_OLD = re.compile(r"([089]\d)([1-9])(\d{5})\.[\dX]")
_CALLED = re.compile(r"^(?:专利申请号|专利号|申请号|授权公告号|公告号|公开号)")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def numbers_in(text: str) -> tuple[str, ...]:
    """The numbers that stand in a text, each once."""
    if not _SHORTEST.search(text):
        return ()
    folded = _folded(text)
    return tuple(dict.fromkeys("".join(found.groups()) for form in _FORMS for found in form.finditer(folded)))


def numbers_of(written: str) -> tuple[str, ...]:
    """The numbers in a field that holds nothing else; one that is written like none we know stands as it is."""
    folded = _folded(written).strip()
    if found := numbers_in(folded):
        return found
    if old := _OLD.fullmatch(folded):
        return ("".join(old.groups()),)
    rest = re.sub(r"[^0-9A-Z]+", "", folded).removeprefix("ZL")
    return (rest,) if len(re.findall(r"\d", rest)) >= LEAST_DIGITS else ()


def number_typed(text: str) -> str | None:
    """The number that a text consists of, perhaps with the word for it before it."""
    folded = _CALLED.sub("", _folded(text).strip()).strip()
    return next(("".join(found.groups()) for form in _FORMS if (found := form.fullmatch(folded))), None)


def without_gaps(text: str) -> str:
    """The same text; the numbers in it have lost the spaces between their parts, so that each is one word."""
    plain = text.translate(_WIDE)
    for form in _FORMS:
        plain = re.sub(form.pattern, lambda found: found[0].replace(" ", ""), plain, flags=re.IGNORECASE)
    return plain


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).upper().split())
