"""Mail: what is sent, and the two ways of sending it. Text and recipients are made elsewhere; nothing is retried here.

The outbox calls this and tries again when it raises, so a mail may arrive twice but is never lost in silence.
"""

import smtplib
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import Protocol, TextIO
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

TIMEOUT = 20  # seconds; a mail server that is slower than this is tried again later


@dataclass(frozen=True)
class Mail:
    """One plain-text message to one address; `headers` come on top of those that every mail has."""

    to: str
    subject: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Mailer(Protocol):
    """Sends one mail, or raises OSError (which `smtplib.SMTPException` is)."""

    def send(self, mail: Mail) -> None: ...


class MailSettings(Protocol):
    """What `build` reads of the settings."""

    @property
    def mail_url(self) -> str: ...

    @property
    def mail_from(self) -> str: ...


class ConsoleMailer:
    """Prints mail instead of sending it: what a development machine and the demo do."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out

    def send(self, mail: Mail) -> None:
        """Write the mail to the stream it was made with, or to standard output."""
        out = self.out or sys.stdout
        out.write(f"--- mail to {mail.to}\n{mail.subject}\n\n{mail.text.rstrip()}\n---\n")
        out.flush()


@dataclass(frozen=True)
class SmtpMailer:
    """Sends by SMTP, one connection a mail; `starttls` encrypts after the greeting, `tls` from the first byte."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False

    def send(self, mail: Mail) -> None:
        """Hand the mail to the server. Raises OSError; ValueError for a line break in an address or a subject."""
        message = self._message(mail)
        with self._connect() as server:
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        if self.tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=ssl.create_default_context())
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = formatdate()
        if "Message-ID" not in mail.headers:
            message["Message-ID"] = make_msgid(domain=parseaddr(self.sender)[1].rpartition("@")[2] or "localhost")
        for name, value in mail.headers.items():
            message[name] = value
        message.set_content(mail.text)
        return message


def build(settings: MailSettings) -> Mailer:
    """The mailer that `mail_url` names: `console:`, `smtp://user:password@host:port?tls=1` or `smtps://…`.

    Raises ValueError for any other address, so that a slip shows at the start and not with the first mail.
    """
    url = urlsplit(settings.mail_url)
    if url.scheme == "console":
        return ConsoleMailer()
    if url.scheme not in {"smtp", "smtps"} or not url.hostname:
        raise ValueError("mail_url must be console:, smtp://host:port or smtps://host:port")
    return _smtp(url, settings.mail_from)


def _smtp(url: SplitResult, sender: str) -> SmtpMailer:
    tls = url.scheme == "smtps"
    starttls = not tls and parse_qs(url.query).get("tls", ["0"])[-1] == "1"
    return SmtpMailer(
        host=url.hostname or "",
        port=url.port or (465 if tls else 587 if starttls else 25),
        sender=sender,
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        starttls=starttls,
        tls=tls,
    )
