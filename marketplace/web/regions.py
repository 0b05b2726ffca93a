"""Counties as the pages need them. The region itself is handed in by the composition root."""

from typing import Protocol

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
    return dict(county_choices()).get(code or "", "")


def county_choices() -> list[tuple[str, str]]:
    """(code, name) of every county in official order."""
    counties: tuple[NamedCounty, ...] = current_app.extensions[KEY]
    locale = str(get_locale())
    return [(county.code, county.named(locale)) for county in counties]
