"""The words of a mail: a plain-text template in the reader's language; its first line is the subject. Sends nothing."""

from functools import cache
from pathlib import Path

from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from marketplace.infra.mail import Mail

ROOT = Path(__file__).parents[2]
DEFAULT_LOCALE = "zh_CN"


@cache
def _environment(locale: str) -> Environment:
    loader = FileSystemLoader(ROOT / "templates" / "mail")
    # Plain text needs no escaping: a < in a name must arrive as typed.
    made = Environment(loader=loader, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"], autoescape=False)  # noqa: S701
    texts = Translations.load(str(ROOT / "marketplace" / "translations"), [locale])
    made.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
    return made


def write(to: str, template: str, locale: str | None, **context: object) -> Mail:
    """The mail of `templates/mail/<template>.txt`; no locale means Chinese. Raises jinja2.UndefinedError for a blank."""
    text = _environment(locale or DEFAULT_LOCALE).get_template(f"{template}.txt").render(**context)
    subject, _, body = text.strip().partition("\n")
    return Mail(to, " ".join(subject.split()), body.strip() + "\n")
