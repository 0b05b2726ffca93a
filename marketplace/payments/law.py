"""By when a large enterprise pays a small or medium one (保障中小企业款项支付条例); dated, from `law.toml`. Pure."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

LAW = Path(__file__).with_name("law.toml")


@dataclass(frozen=True)
class Term:
    """In force from `since`: payment within so many days of delivery, and the article that says so."""

    since: date
    days: int
    source: str


@dataclass(frozen=True)
class LegalTerm:
    """The last day the law allows for, and its source."""

    latest: date
    source: str


def latest_by_law(delivered_on: date) -> LegalTerm | None:
    """Until when a large buyer has to pay a small or medium seller; None where no rule was in force at the delivery.

    The contract may agree on another reasonable term, so this is a remark to make, not a date to put in its place.
    """
    known = [term for term in _terms() if term.since <= delivered_on]
    if not known:
        return None
    newest = max(known, key=lambda term: term.since)
    return LegalTerm(delivered_on + timedelta(days=newest.days), newest.source)


@lru_cache
def _terms() -> tuple[Term, ...]:
    with LAW.open("rb") as file:
        return tuple(Term(**row) for row in tomllib.load(file)["large_buyer_small_seller"])
