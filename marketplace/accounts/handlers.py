"""Sends the codes that were asked for."""

from marketplace.accounts.codes import digits
from marketplace.accounts.events import CodeIssued
from marketplace.accounts.models import User, VerificationCode
from marketplace.accounts.rules import CODE_MINUTES, CodePurpose
from marketplace.infra import mail_text
from marketplace.infra.mail import Mail
from marketplace.infra.unit_of_work import Services, UnitOfWork
from marketplace.infra.worker import Courier
from marketplace.kernel.events import Event

TEMPLATES = {
    CodePurpose.VERIFY: "code_to_verify",
    CodePurpose.RESET: "code_to_reset",
    CodePurpose.SIGN: "code_to_sign",
    CodePurpose.AUTHENTICATOR: "code_to_remove",
}


def _letter(uow: UnitOfWork, event: Event) -> Mail | None:
    """The words that carry a code; one that has run out meanwhile is not sent."""
    if not isinstance(event, CodeIssued):
        return None
    code = uow.session.get_one(VerificationCode, event.code_id)
    if code.used_at is not None or code.expires_at <= uow.now():
        return None
    user = uow.session.get_one(User, code.user_id)
    return mail_text.write(
        code.contact,
        TEMPLATES[code.purpose],
        user.locale,
        name=user.name,
        code=digits(code, uow.settings.secret_key),
        minutes=CODE_MINUTES,
        about=code.about,
        address=uow.settings.public_url,
    )


def _send(services: Services, letter: Mail) -> None:
    """Mail it, or text its subject to a mobile number. Raises OSError, and the outbox tries again."""
    if "@" in letter.to:
        services.mailer.send(letter)
    elif services.sms is not None:
        services.sms.send(letter.to, letter.subject)


CODE_COURIER = Courier(_letter, _send)
"""Mails or texts codes."""
