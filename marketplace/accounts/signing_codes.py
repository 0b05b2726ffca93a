"""The one-time code by which a signed-in person confirms a signature: it goes to his contact and is good for one document. The
same serves to take his authenticator off his account."""

from marketplace.accounts import codes, throttle
from marketplace.accounts.models import User
from marketplace.accounts.rules import CodePurpose
from marketplace.accounts.service import me
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

NO_CONTACT = N_("A code is sent to a confirmed e-mail address. Confirm yours first, then sign.")


def contact_for_code(uow: UnitOfWork) -> str | None:
    """Where the actor's code would go: a confirmed address, else a confirmed mobile number where messages can be sent."""
    return _contact(uow, me(uow))


def send_code(uow: UnitOfWork, about: str, purpose: CodePurpose = CodePurpose.SIGN) -> str:
    """Have a code sent to the actor that is good for what `about` says alone; it stands in the message. Returns the contact.

    Raises InvalidInput without a confirmed contact, TooManyAttempts; emits CodeIssued.
    """
    user = me(uow)
    contact = _contact(uow, user)
    if contact is None:
        raise InvalidInput(NO_CONTACT, field="code")
    codes.issue(uow, user, contact, purpose, uow.actor.ip, about)
    return contact


def confirm_code(uow: UnitOfWork, typed: str, about: str, purpose: CodePurpose = CodePurpose.SIGN) -> None:
    """Use the actor's code up, if it was sent to his present contact. Raises InvalidInput for a wrong one, TooManyAttempts.

    A wrong one counts, against the code and as a failed sign-in, even though the unit of work is refused.
    """
    user = me(uow)
    contact, code = _contact(uow, user), codes.latest(uow, user.id, purpose, about)
    if contact is None or code is None or code.contact != contact:
        raise InvalidInput(codes.WRONG, field="code")
    throttle.require_room(uow, contact, uow.actor.ip)
    throttle.require_tries(uow, code.id)
    if codes.redeem(uow, user.id, purpose, typed, about) is None:
        uow.insist(throttle.attempt(uow, contact, uow.actor.ip))
        uow.insist(throttle.wrong_try(uow, code.id, uow.actor.ip))
        raise InvalidInput(codes.WRONG, field="code")


def _contact(uow: UnitOfWork, user: User) -> str | None:
    if user.email and user.email_verified_at:
        return user.email
    return user.mobile if user.mobile_verified_at and uow.services.sms else None
