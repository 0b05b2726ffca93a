"""Marks text for translation where no request is at hand; the web layer translates when it shows the text."""

from enum import StrEnum
from typing import Self


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Return the message unchanged; `pybabel extract` finds it by the name of this function."""
    return message


class Labelled(StrEnum):
    """A string enum whose members carry the msgid a person reads: `DRAFT = "draft", N_("Draft")`."""

    label: str

    # The default is for type checkers, which take a look-up by value (`State("draft")`) for a call of this.
    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
