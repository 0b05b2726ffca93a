"""The text of the separate consent to an identity number (个人信息保护法 art. 17, 29); dated, from `consent.toml`. Pure."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).with_name("consent.toml")


@dataclass(frozen=True)
class ConsentText:
    """One version in one language: why, what, how it is kept and for how long, and what follows from saying no."""

    version: str
    purpose: str
    data: str
    keeping: str
    refusing: str


def text_of(day: date, locale: str = "zh_CN") -> ConsentText:
    """The text in force on a day, in a language it is written in, else in Chinese."""
    newest = max(
        (one for one in _entries() if one["since"] <= day), key=lambda one: one["since"], default=_entries()[0]
    )
    return ConsentText(newest["version"], **newest.get(locale, newest["zh_CN"]))


def versions_for_confidentiality(day: date) -> frozenset[str]:
    """The versions in force by a day that name confidentiality agreements; none before the first of them."""
    return frozenset(one["version"] for one in _entries() if one["since"] <= day and one.get("confidentiality"))


@lru_cache
def _entries() -> tuple[dict[str, Any], ...]:
    with TEXTS.open("rb") as file:
        return tuple(tomllib.load(file)["texts"])
