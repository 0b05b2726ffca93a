"""How a match comes to its place in the list, line by line. Pure.

In points, of which the strongest of all that were found has a hundred: a score in itself means nothing to a reader. The lines
add up to the points of the match, tenth by tenth.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.matching.reasons import Reason, carried
from marketplace.matching.rules import Place
from marketplace.matching.scoring import Part, PartName

FIRST = 1_000
"""The points of the strongest match, in tenths."""


@dataclass(frozen=True)
class Summand:
    """A word in common and where it stands or, without a word, a part of the score."""

    word: str
    field: Place | None
    part: PartName
    share: float


@dataclass(frozen=True)
class Line:
    """A summand in points."""

    of: Summand
    points: Decimal


@dataclass(frozen=True)
class Reckoning:
    """The lines and what they add up to."""

    lines: tuple[Line, ...]
    points: Decimal


def reckoned(reason: Reason, best: float) -> Reckoning:
    """The lines of a match; `best` is the highest score of all that were found for its list, above 0."""
    words = [Summand(term.text, Place(term.field), PartName.WORDS, term.share) for term in reason.terms]
    others = [Summand("", None, part.name, _rest(reason, part)) for part in reason.weight.parts]
    tenths = spread([one.share for one in (*words, *others)], best)
    lines = [Line(one, _points(count)) for one, count in zip((*words, *others), tenths, strict=True) if count]
    return Reckoning(tuple(lines), _points(sum(tenths)))


def spread(shares: Sequence[float], best: float) -> tuple[int, ...]:
    """The shares in tenths of a point that add up to their sum, rounded: the largest remainders are rounded up."""
    exact = [share * FIRST / best for share in shares]
    whole = [math.floor(value) for value in exact]
    missing = round(math.fsum(exact)) - sum(whole)
    nearest = sorted(range(len(exact)), key=lambda at: (whole[at] - exact[at], at))
    for at in nearest[:missing]:
        whole[at] += 1
    return tuple(whole)


def _rest(reason: Reason, part: Part) -> float:
    """What is left of the words in common when those that are named have been taken off."""
    return part.share - carried(reason.terms) if part.name is PartName.WORDS else part.share


def _points(tenths: int) -> Decimal:
    return Decimal(tenths).scaleb(-1)
