"""Sends the codes that were asked for."""

from collections.abc import Sequence

from marketplace.accounts.codes import digits
from marketplace.accounts.events import CodeIssued
from marketplace.accounts.models import User, VerificationCode
from marketplace.accounts.rules import CODE_MINUTES, CodePurpose
from marketplace.infra import mail_text
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.events import Event

TEMPLATES = {CodePurpose.VERIFY: "code_to_verify", CodePurpose.RESET: "code_to_reset"}


def send_codes(uow: UnitOfWork, events: Sequence[Event]) -> None:
    """Mail or text each code; one that has run out meanwhile is not sent. Raises OSError, and the outbox tries again."""
    for event in events:
        if isinstance(event, CodeIssued):
            _send(uow, uow.session.get_one(VerificationCode, event.code_id))


def _send(uow: UnitOfWork, code: VerificationCode) -> None:
    if code.used_at is not None or code.expires_at <= uow.now():
        return
    user = uow.session.get_one(User, code.user_id)
    mail = mail_text.write(
        code.contact,
        TEMPLATES[code.purpose],
        user.locale,
        name=user.name,
        code=digits(code, uow.settings.secret_key),
        minutes=CODE_MINUTES,
        address=uow.settings.public_url,
    )
    if "@" in code.contact:
        uow.services.mailer.send(mail)
    elif uow.services.sms is not None:
        uow.services.sms.send(code.contact, mail.subject)
