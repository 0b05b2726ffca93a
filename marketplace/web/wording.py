"""Writes a stored message with its typed parameters (kernel/wording.py) in the reader's language. Needs an app context."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import get_locale

from marketplace.kernel.wording import Param, Params
from marketplace.web import formats
from marketplace.web.locale import gettext
from marketplace.web.regions import county_name


def phrase(message: str, params: Params) -> str:
    """The message as a sentence. A parameter of a kind that nobody knows any more is shown as it was stored."""
    return gettext(message, **{name: _written(value) for name, value in params.items()})


def _written(value: Param) -> str | int:
    if isinstance(value, str | int):
        return value
    (kind, content), *_ = value.items()
    return _WRITERS.get(kind, str)(content)


def _words(stored: Any) -> str:
    comma = "、" if str(get_locale()).startswith("zh") else ", "
    return comma.join(gettext(word) for word in stored)


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "fen": formats.wan,
    "exact_fen": formats.money,
    "day": lambda stored: formats.day(date.fromisoformat(stored)),
    "county": lambda stored: county_name(stored) or stored,
    "words": _words,
}
