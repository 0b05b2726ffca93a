"""Parameters of a message that keep their type through JSON, so that each reader gets them in his own language.

A plain string or number stands for itself; the others are one-key objects. web/wording.py writes them out.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from marketplace.kernel.messages import Labelled

Param = str | int | Mapping[str, str | int | list[str]]
Params = Mapping[str, Param]


def amount(fen: int) -> Param:
    """An amount in fen."""
    return {"fen": fen}


def exact_amount(fen: int) -> Param:
    """An amount in fen that is written out to the fen: money that moves."""
    return {"exact_fen": fen}


def on_day(day: date) -> Param:
    """A calendar day."""
    return {"day": day.isoformat()}


def in_county(code: str) -> Param:
    """A county by its code."""
    return {"county": code}


def words(labelled: Iterable[Labelled]) -> Param:
    """One word, or several in a row, that are translated."""
    return {"words": [one.label for one in labelled]}
