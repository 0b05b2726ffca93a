"""Messages as mail: what was found, why, and links that mute without signing in; a mail program's own button works too."""

from dataclasses import dataclass, replace

from marketplace.accounts.models import User
from marketplace.accounts.rules import UserState
from marketplace.alerts.events import MessageMade
from marketplace.alerts.headlines import headline
from marketplace.alerts.models import AlertMessage
from marketplace.alerts.paths import OVERVIEW, message_path, mute_path, one_click_path
from marketplace.alerts.queries import FindLine, MatchLine, Told, told
from marketplace.alerts.rules import Scope
from marketplace.alerts.targets import Target, sign
from marketplace.infra import mail_text
from marketplace.infra.mail import Mail
from marketplace.infra.unit_of_work import Services, UnitOfWork
from marketplace.infra.worker import Courier
from marketplace.kernel.events import Event
from marketplace.notifications.notices import listing_path
from marketplace.settings import Settings

NAMED = 5
"""How many finds a mail names; the page of the message has them all."""


@dataclass(frozen=True)
class Item:
    """One find as the mail shows it."""

    title: str
    fits: str
    words: tuple[str, ...]
    url: str
    mute_url: str


@dataclass(frozen=True)
class _Letter:
    message_id: int
    mail: Mail


def _letter(uow: UnitOfWork, event: Event) -> _Letter | None:
    """The message as a mail in the reader's language, when it can and has still to be sent."""
    message = uow.session.get(AlertMessage, event.message_id) if isinstance(event, MessageMade) else None
    user = uow.session.get(User, message.user_id) if message else None
    if message is None or user is None or user.state is not UserState.ACTIVE or message.mailed_at:
        return None
    if not (user.email and user.email_verified_at):
        return None
    shown = _still_shown(told(uow.session, message))
    if not (shown.matches or shown.finds):
        return None
    mail = mail_text.write(user.email, "alert", user.locale, name=user.name, **_words(uow.settings, shown))
    return _Letter(message.id, replace(mail, headers=_headers(uow.settings, user.id)))


def _still_shown(message: Told) -> Told:
    """Hours may lie between telling and sending: what nobody may see any more stands in no line, and not in the subject."""
    return replace(
        message,
        matches=tuple(one for one in message.matches if one.is_shown),
        finds=tuple(one for one in message.finds if one.is_shown),
    )


def _words(settings: Settings, message: Told) -> dict[str, object]:
    user_id, line = message.message.user_id, headline(message)
    items = [
        *(_match(settings, user_id, one) for one in message.matches),
        *(_find(settings, user_id, one) for one in message.finds),
    ]
    everything = Target(user_id, Scope.ALL)
    return {
        "message": line.message,
        "params": line.params,
        "items": items[:NAMED],
        "more": len(items[NAMED:]),
        "page_url": _url(settings, message_path(message.message.id)),
        "settings_url": _url(settings, OVERVIEW),
        "mute_all_url": _url(settings, mute_path(sign(everything, settings.secret_key))),
    }


def _match(settings: Settings, user_id: int, line: MatchLine) -> Item:
    return Item(
        line.other.title,
        line.own.title,
        tuple(word.text for word in line.why),
        _url(settings, listing_path(line.other.kind, line.other.id)),
        _url(settings, mute_path(sign(line.target(user_id, Scope.PAIR), settings.secret_key))),
    )


def _find(settings: Settings, user_id: int, line: FindLine) -> Item:
    return Item(
        line.listing.title,
        line.search,
        (),
        _url(settings, listing_path(line.listing.kind, line.listing.id)),
        _url(settings, mute_path(sign(line.target(user_id), settings.secret_key))),
    )


def _headers(settings: Settings, user_id: int) -> dict[str, str]:
    """RFC 8058: the mail program posts to the address when its own button is pressed; that ends all alerts."""
    url = _url(settings, one_click_path(sign(Target(user_id, Scope.ALL), settings.secret_key)))
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _url(settings: Settings, path: str) -> str:
    return settings.public_url.rstrip("/") + path


def _send(services: Services, letter: _Letter) -> None:
    """Raises OSError, and the outbox tries again."""
    services.mailer.send(letter.mail)


def _mailed(uow: UnitOfWork, letter: _Letter) -> None:
    message = uow.session.get(AlertMessage, letter.message_id)
    if message is not None:
        message.mailed_at = uow.now()


LETTERS = Courier(_letter, _send, _mailed)
"""Sends messages by mail."""
