"""Language: what the person chose, else what the session says, else Chinese. Times are shown in China's zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from locale import locale_alias

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, g, request, session
from flask_babel import Babel, force_locale, get_translations
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context
from markupsafe import Markup

from marketplace.kernel.errors import DomainError
from marketplace.kernel.texts import fit_for_quotes

LOCALES = {"zh_CN": "中文", "en": "English"}
DEFAULT = "zh_CN"


_PARSED = {name: Locale.parse(name) for name in LOCALES}
"""Parsed once: Babel goes through the names of all the languages it knows to parse one."""


def choose_locale() -> Locale:
    """The locale of this request. The API speaks the language of Accept-Language."""
    chosen = session.get("locale")
    if chosen not in LOCALES and request.path.startswith("/api/"):
        chosen = request.accept_languages.best_match(["zh_CN", "en"], DEFAULT)
    return _PARSED.get(str(chosen), _PARSED[DEFAULT])


def gettext(message: str, /, **params: object) -> str:
    """The message in the language of this request.

    A page says some two hundred words. Flask-Babel asks for each who asks, in which language and from which catalogue; here
    it is asked once. Whoever changes the language is sent to a page in it by a new request.
    """
    catalogue: NullTranslations | None = g.get("catalogue") if g else None
    if catalogue is None:
        catalogue = get_translations()
        if g:
            g.catalogue = catalogue
    said = str(catalogue.ugettext(message))
    return said % fit_for_quotes(said, params) if params else said


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Say everything in one of LOCALES, whatever the reader's language: for a file that holds words of several."""
    known = g.pop("catalogue", None)
    try:
        with force_locale(name):
            yield
    finally:
        g.catalogue = known


def init_locale(app: Flask, translations: str) -> None:
    """Set up Flask-Babel."""
    # Babel calls the locale zh_Hans_CN; the search for a catalogue knows its folder by the older name only.
    locale_alias["zh_hans_cn"] = "zh_CN.UTF-8"
    Babel(
        app,
        locale_selector=choose_locale,
        timezone_selector=lambda: "Asia/Shanghai",
        default_translation_directories=translations,
        default_locale=DEFAULT,
    )
    app.jinja_env.globals.update(gettext=_in_template, _=_in_template)


@pass_eval_context
def _in_template(context: EvalContext, message: str, /, **params: object) -> str:
    """What Jinja's own does in three calls: a page says a hundred words. `%` is for parameters, even where there are none."""
    said = gettext(message)
    return (Markup(said) if context.autoescape else said) % fit_for_quotes(said, params)  # noqa: S704 - the translations are ours


def say(error: DomainError) -> str:
    """The error's message in the user's language."""
    return translate(error.message, **error.params)


def translate(message: str, **params: object) -> str:
    """A msgid that was marked elsewhere, in the user's language; parameters that are labelled enums are translated too."""
    words = {key: gettext(value.label) if hasattr(value, "label") else value for key, value in params.items()}
    return gettext(message, **words)
