"""The words of a mail: a plain-text template in the reader's language; its first line is the subject. Sends nothing."""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from marketplace.infra.mail import Mail
from marketplace.kernel.texts import fit_for_quotes

ROOT = Path(__file__).parents[2]
DEFAULT_LOCALE = "zh_CN"


def _phrase(texts: NullTranslations, message: str, params: Mapping[str, object]) -> str:
    said = str(texts.ugettext(message))
    return said % fit_for_quotes(said, params)


@cache
def _environment(locale: str) -> Environment:
    loader = FileSystemLoader(ROOT / "templates" / "mail")
    # Plain text needs no escaping: a < in a name must arrive as typed.
    made = Environment(loader=loader, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"], autoescape=False)  # noqa: S701
    texts = Translations.load(str(ROOT / "marketplace" / "translations"), [locale])
    made.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
    made.globals["phrase"] = partial(_phrase, texts)
    return made


def write(to: str, template: str, locale: str | None, **context: object) -> Mail:
    """The mail of `templates/mail/<template>.txt`; no locale means Chinese. Raises jinja2.UndefinedError for a blank."""
    text = _environment(locale or DEFAULT_LOCALE).get_template(f"{template}.txt").render(**context)
    subject, _, body = text.strip().partition("\n")
    return Mail(to, " ".join(subject.split()), body.strip() + "\n")
