"""The score of a match as a sum of named parts, and its strength in words. Pure.

The text decides; facts move a match gently. A fact that fits adds a little; one that is missing or contradicts adds nothing,
so leaving a field empty never helps. BM25 favours short texts: what a listing gains by saying little is taken off again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from marketplace.matching.facts import Fact
from marketplace.matching.rules import Strength

FIT = 0.015
"""What one fitting fact adds, as a share of the text's score: six of them make less than a tenth."""

WHOLE_TEXT = 150
"""Characters from which on a description counts as whole."""

BREVITY = 0.6
"""What is taken off the text's score where there is no description at all: at least what BM25 gave for the shortness."""

STRONG_RANKS, FAIR_RANKS = 3, 10
STRONG_SHARE, FAIR_SHARE = 0.75, 0.5
MARGIN = 1.3
"""How far a match must stand above the field to be called strong; the field is the median of what was found."""

SMALL_FIELD = 8
"""With fewer matches than this there is no field to stand above."""


class PartName(StrEnum):
    """What a part of the score stands for: the words in common, the shortness of the text, or a fact that fits."""

    WORDS = "words"
    BREVITY = "brevity"
    PRICE = "price"
    MATURITY = "maturity"
    COUNTY = "county"
    WAYS = "ways"
    DEADLINE = "deadline"
    FIGURES = "figures"


@dataclass(frozen=True)
class Part:
    """One summand of a score."""

    name: PartName
    share: float


def parts_of(text_score: float, text_length: int, fits: Sequence[Fact]) -> tuple[Part, ...]:
    """The summands of one match: the text's score, what shortness loses, what each fitting fact adds."""
    shortness = 1 - min(1.0, text_length / WHOLE_TEXT)
    parts = [Part(PartName.WORDS, text_score)]
    if shortness:
        parts.append(Part(PartName.BREVITY, -BREVITY * shortness * text_score))
    parts.extend(Part(PartName(fact.value), FIT * text_score) for fact in fits)
    return tuple(parts)


def total(parts: Sequence[Part]) -> float:
    """The score: the sum of its parts."""
    return math.fsum(part.share for part in parts)


def strengths(scores: Sequence[float], words: Sequence[int]) -> tuple[Strength, ...]:
    """A word for each match, given the scores of all that were found, best first, and how many words each has in common.

    Strong: among the first three, near the best and clearly above the field, with more than one word in common. A single
    match of chance is never strong, however far it stands above nothing.
    """
    if not scores:
        return ()
    best = scores[0]
    field = median(scores) if len(scores) >= SMALL_FIELD else 0.0
    return tuple(
        _strength(rank, score / best, score > MARGIN * field, common)
        for rank, (score, common) in enumerate(zip(scores, words, strict=False), start=1)
    )


def _strength(rank: int, share: float, stands_out: bool, common: int) -> Strength:
    if rank <= STRONG_RANKS and share >= STRONG_SHARE and stands_out and common > 1:
        return Strength.STRONG
    if rank <= FAIR_RANKS and share >= FAIR_SHARE and common:
        return Strength.FAIR
    return Strength.WEAK
