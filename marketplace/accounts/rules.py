"""Pure rules about people: contacts, passwords, codes."""

import re

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_, Labelled

PASSWORD_LENGTH = (10, 200)
CODE_MINUTES = 15
CODE_TRIES = 5
CODE_REQUESTS = 5
"""Codes one contact may ask for within THROTTLE_MINUTES."""
THROTTLE_MINUTES = 15
ATTEMPTS_PER_ADDRESS = 10
"""How many times the attempts of one contact an internet address has: a whole plant may share one."""
PRIVACY = "privacy"


class CodePurpose(Labelled):
    """What a code sent to a contact proves."""

    VERIFY = "verify", N_("Confirm a contact")
    RESET = "reset", N_("Set a new password")
    SIGN = "sign", N_("Sign a document")
    AUTHENTICATOR = "authenticator", N_("Remove the authenticator app")


class Device(Labelled):
    """What a sign-in was made on, as far as the browser says."""

    PHONE = "phone", N_("Phone or tablet")
    COMPUTER = "computer", N_("Computer")


class UserState(Labelled):
    """A disabled person cannot sign in; what he did stays."""

    ACTIVE = "active", N_("Active")
    DISABLED = "disabled", N_("Disabled")


def normalise_email(text: str) -> str:
    """Lower-case and trimmed. Raises InvalidInput when it cannot be an address."""
    email = text.strip().lower()
    looks_right = re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+|[^@\s]+@localhost", email)
    if len(email) > 254 or not email.isprintable() or not looks_right:
        raise InvalidInput(N_("This is not an e-mail address."), field="email")
    return email


def normalise_mobile(text: str) -> str:
    """Eleven digits of a mainland mobile number, without +86 or spaces. Raises InvalidInput."""
    mobile = re.sub(r"[\s-]", "", text).removeprefix("+86")
    if not re.fullmatch(r"1[3-9]\d{9}", mobile):
        raise InvalidInput(N_("A mobile number has eleven digits and begins with 1."), field="mobile")
    return mobile


def normalise_contact(text: str) -> str:
    """What people type to sign in: an e-mail address or a mobile number."""
    return normalise_email(text) if "@" in text else normalise_mobile(text)


def check_password(password: str, *known: str) -> None:
    """Refuse what is too short, or simply the name or contact. Raises InvalidInput."""
    shortest, longest = PASSWORD_LENGTH
    if not shortest <= len(password) <= longest:
        raise InvalidInput(N_("A password has at least ten characters."), field="password")
    if password.lower() in {text.lower() for text in known} or len(set(password)) < 4:
        raise InvalidInput(N_("This password is too easy to guess."), field="password")


def normalise_name(text: str) -> str:
    """A person's name without stray spaces. Raises InvalidInput for none, and for more than 80 characters."""
    name = " ".join(text.split())
    if not name or not name.isprintable():
        raise InvalidInput(N_("Please enter your name."), field="name")
    if len(name) > 80:
        raise InvalidInput(N_("A name has at most 80 characters."), field="name")
    return name


def device_of(user_agent: str) -> Device:
    """The kind of device a browser says it runs on."""
    return Device.PHONE if re.search(r"Mobile|Android|iPhone|iPad", user_agent) else Device.COMPUTER


def is_invented(email: str | None) -> bool:
    """Whether the address belongs to the demo: nobody real can have one under example.com (RFC 2606)."""
    return email is not None and email.endswith("@example.com")
