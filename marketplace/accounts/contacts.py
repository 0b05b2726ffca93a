"""Contacts as they are stored: one person each, found by either, proved by a code."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.events import ContactVerified
from marketplace.accounts.models import User
from marketplace.accounts.rules import normalise_contact
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

EMAIL_TAKEN = N_("This e-mail address is registered already. Sign in, or set a new password.")
MOBILE_TAKEN = N_("This mobile number is registered already. Sign in, or set a new password.")


def prove(uow: UnitOfWork, user: User, contact: str) -> None:
    """Make a contact whose code was right the person's. Raises InvalidInput; emits ContactVerified."""
    channel = "email" if "@" in contact else "mobile"
    if getattr(user, channel) != contact:
        require_free(uow, contact if channel == "email" else None, contact if channel == "mobile" else None)
        setattr(user, channel, contact)
    setattr(user, f"{channel}_verified_at", uow.now())
    flush_contacts(uow)
    uow.emit(ContactVerified(user.id, channel))


def require_free(uow: UnitOfWork, email: str | None, mobile: str | None) -> None:
    """Raise InvalidInput when a contact is somebody's already."""
    with uow.session.no_autoflush:
        if email and uow.session.scalar(select(User.id).where(User.email == email)):
            raise InvalidInput(EMAIL_TAKEN, field="email")
        if mobile and uow.session.scalar(select(User.id).where(User.mobile == mobile)):
            raise InvalidInput(MOBILE_TAKEN, field="mobile")


def flush_contacts(uow: UnitOfWork) -> None:
    """Two people may have been told at the same moment that a contact is free; the unique index lets one of them in."""
    try:
        uow.flush()
    except IntegrityError as error:
        taken_mobile = "mobile" in str(error.orig)
        message, field = (MOBILE_TAKEN, "mobile") if taken_mobile else (EMAIL_TAKEN, "email")
        raise InvalidInput(message, field=field) from None


def known_contact(text: str) -> str:
    """The contact in the form it is stored in. Raises InvalidInput for what is none."""
    try:
        return normalise_contact(text)
    except InvalidInput:
        raise InvalidInput(N_("Enter your e-mail address or your mobile number."), field="contact") from None


def belongs_to(contact: str) -> ColumnElement[bool]:
    """The WHERE clause that finds the person of a contact."""
    return User.email == contact if "@" in contact else User.mobile == contact
