"""What an administrator may change, in words; and settings without their secrets."""

import re

from marketplace.kernel.messages import N_, Labelled

_PASSWORD = re.compile(r"(?<=//)([^/@]*?):([^/@]+)@")


class Action(Labelled):
    """A change that asks for a reason."""

    DISABLE = "disable", N_("Account disabled")
    ENABLE = "enable", N_("Account enabled")
    APPOINT = "appoint", N_("Appointed to an office")
    DISMISS = "dismiss", N_("Office ended")
    AUTHENTICATOR = "authenticator", N_("Authenticator app removed")
    RETRY = "retry", N_("Parked task tried again")


def without_password(text: str) -> str:
    """The same setting with the password of an address covered: `smtp://user:••••@host`."""
    return _PASSWORD.sub(r"\1:••••@", text)
