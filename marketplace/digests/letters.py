"""Digests as mail, in the reader's language. They are made when they are sent, so that what waits is what waits then."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from marketplace.accounts.models import User
from marketplace.accounts.rules import UserState
from marketplace.digests.content import content
from marketplace.digests.events import DigestMade
from marketplace.digests.models import WeeklyDigest
from marketplace.digests.rules import due_monday
from marketplace.infra import mail_text
from marketplace.infra.mail import Mail
from marketplace.infra.unit_of_work import Services, UnitOfWork
from marketplace.infra.worker import Courier
from marketplace.kernel.events import Event
from marketplace.kernel.money import share_text, wan_text
from marketplace.organisations.actors import actor_of
from marketplace.organisations.regions import load_region
from marketplace.settings import Settings
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.rules import FigureCode


@dataclass(frozen=True)
class _Letter:
    digest_id: int
    mail: Mail


def _letter(uow: UnitOfWork, event: Event) -> _Letter | None:
    """The digest as a mail, when it can and has still to be sent: hours may lie between, and offices end.

    One that could not leave in time, while mail was down, is dropped: its `mailed_at` stays empty, for it was not sent.
    """
    digest = uow.session.get(WeeklyDigest, event.digest_id) if isinstance(event, DigestMade) else None
    user = uow.session.get(User, digest.user_id) if digest else None
    if digest is None or user is None or digest.mailed_at or user.state is not UserState.ACTIVE:
        return None
    if digest.monday != due_monday(uow.now()):
        return None
    actor = actor_of(uow.session, user)
    if not (actor.is_official and user.weekly_digest and user.email and user.email_verified_at):
        return None
    found, locale = content(uow, actor, digest.monday), user.locale or mail_text.DEFAULT_LOCALE
    mail = mail_text.write(
        user.email, "weekly_digest", locale, name=user.name, digest=found, **_words(uow.settings, locale)
    )
    host = urlsplit(uow.settings.public_url).hostname or "localhost"
    # The same however often it is sent: a mailbox that had it before the process died takes the second for the first.
    headers = {"Message-ID": f"<weekly-{digest.monday}-{user.id}@{host}>"}
    return _Letter(digest.id, replace(mail, headers=headers))


def _words(settings: Settings, locale: str) -> dict[str, object]:
    """What the template says amounts, places and addresses with."""
    region, language = load_region(settings.region), locale.partition("_")[0]
    root = settings.public_url.rstrip("/")

    def place(code: str | None) -> str:
        county = region.county(code)
        return county.named(locale) if county else ""

    def value(code: FigureCode, number: int) -> str:
        return wan_text(number, language) if DEFINITIONS[code].is_amount else str(number)

    return {"place": place, "value": value, "percent": share_text, "url": lambda path: root + path}


def _send(services: Services, letter: _Letter) -> None:
    """Raises OSError, and the outbox tries again."""
    services.mailer.send(letter.mail)


def _mailed(uow: UnitOfWork, letter: _Letter) -> None:
    uow.session.get_one(WeeklyDigest, letter.digest_id).mailed_at = uow.now()


LETTERS = Courier(_letter, _send, _mailed)
"""Sends digests by mail."""
