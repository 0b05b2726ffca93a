"""Codes that an app makes (RFC 6238: SHA-1, six digits, thirty seconds), by pyotp, against a given clock. Pure."""

from datetime import datetime, timedelta

import pyotp
import segno
from pyotp.exceptions import OTPVerificationError

SETUP_TIME = timedelta(minutes=15)
"""How long a secret that was begun waits for its first code, and is shown."""

WINDOW = 1
"""Steps of thirty seconds by which the clock of a phone may differ in either direction (RFC 6238, section 5.2 and 6)."""

ISSUER = "匠果"


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 (section 4) recommends."""
    return pyotp.random_base32()


def step_of(secret: str, typed: str, at: datetime) -> int | None:
    """The step of thirty seconds since 1970 whose code was typed, within the window; None for a wrong code."""
    digits = "".join(typed.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(digits, for_time=at, valid_window=WINDOW)
    except OTPVerificationError:
        return None


def address_of(secret: str, contact: str) -> str:
    """The otpauth address by which an app takes the secret in; it shows the contact beside its codes."""
    return pyotp.TOTP(secret).provisioning_uri(name=contact, issuer_name=ISSUER)


def drawn(address: str) -> str:
    """An address as the data address of an SVG image, for the camera of a phone."""
    return segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="white")


def grouped(secret: str) -> str:
    """A secret in groups of four, as a person types it."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
