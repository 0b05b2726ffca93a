"""Counties as the pages need them. The region itself is handed in by the composition root."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

from babel import Locale
from flask import current_app
from flask_babel import get_locale

KEY = "jiangguo.counties"


class NamedCounty(Protocol):
    """A county with a code and a name per language."""

    @property
    def code(self) -> str: ...

    def named(self, locale: str) -> str: ...


def county_name(code: str | None) -> str:
    """The county's name in the reader's language, empty for none."""
    return _names(current_app.extensions[KEY], get_locale()).get(code, "") if code else ""


def county_choices() -> list[tuple[str, str]]:
    """(code, name) of every county in official order."""
    return list(_names(current_app.extensions[KEY], get_locale()).items())


def county_codes() -> list[str]:
    """The code of every county in official order."""
    return [code for code, _name in county_choices()]


@lru_cache
def _names(counties: tuple[NamedCounty, ...], locale: Locale) -> Mapping[str, str]:
    """A list names the county of each card and of each value to filter by."""
    return {county.code: county.named(str(locale)) for county in counties}
