"""Language: what the person chose, else what the session says, else Chinese. Times are shown in China's zone."""

from locale import locale_alias
from typing import cast

from babel.support import NullTranslations
from flask import Flask, g, request, session
from flask_babel import Babel, Domain, gettext

from marketplace.kernel.errors import DomainError

LOCALES = {"zh_CN": "中文", "en": "English"}
DEFAULT = "zh_CN"


def choose_locale() -> str:
    """The locale of this request. The API speaks the language of Accept-Language."""
    chosen = session.get("locale")
    if chosen in LOCALES:
        return str(chosen)
    if request.path.startswith("/api/"):
        return request.accept_languages.best_match(["zh_CN", "en"], DEFAULT) or DEFAULT
    return DEFAULT


class _Catalogue(Domain):  # type: ignore[misc]
    """Looks the language up once per request: a page says a hundred words, and Flask-Babel asks again for each.

    Whoever changes the language is sent to a page in it by a new request.
    """

    def get_translations(self) -> NullTranslations:
        found: NullTranslations | None = g.get("translations") if g else None
        if found is None:
            found = cast(NullTranslations, super().get_translations())
            if g:
                g.translations = found
        return found


class _Languages(Babel):  # type: ignore[misc]
    """Flask-Babel with that catalogue."""

    def __init__(self, app: Flask, **options: object) -> None:
        self._catalogue = _Catalogue()
        super().__init__(app, **options)

    @property
    def domain_instance(self) -> _Catalogue:
        """Where Flask-Babel looks for its words."""
        return self._catalogue


def init_locale(app: Flask, translations: str) -> None:
    """Set up Flask-Babel."""
    # Babel calls the locale zh_Hans_CN; the search for a catalogue knows its folder by the older name only.
    locale_alias["zh_hans_cn"] = "zh_CN.UTF-8"
    _Languages(
        app,
        locale_selector=choose_locale,
        timezone_selector=lambda: "Asia/Shanghai",
        default_translation_directories=translations,
        default_locale=DEFAULT,
    )


def say(error: DomainError) -> str:
    """The error's message in the user's language."""
    return translate(error.message, **error.params)


def translate(message: str, **params: object) -> str:
    """A msgid that was marked elsewhere, in the user's language; parameters that are labelled enums are translated too."""
    words = {key: gettext(value.label) if hasattr(value, "label") else value for key, value in params.items()}
    return str(gettext(message, **words)) if words else str(gettext(message))
