"""The score of a match as a sum of named parts, and its strength in words. Pure.

The text decides; facts move a match gently. A fact that fits adds a little; one that is missing or contradicts adds nothing,
so leaving a field empty never helps. BM25 favours short texts: what a listing gains by saying little is taken off again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from marketplace.kernel.messages import N_, Labelled
from marketplace.matching.facts import Fact
from marketplace.matching.rules import Strength

FIT = 0.015
"""What one fitting fact adds, as a share of the text's score: six of them make less than a tenth."""

WHOLE_TEXT = 150
"""Characters from which on a description counts as whole."""

BREVITY = 0.6
"""What is taken off the text's score where there is no description at all: at least what BM25 gave for the shortness."""

STRONG_RANKS, FAIR_RANKS = 3, 10
STRONG_MARGIN, FAIR_MARGIN = 1.8, 1.25
"""How far a match stands above the field, the median of what was found. Measured on graded pairs, with the coverages below:
of the matches called strong people found two thirds fitting, of the fairly strong 40 %, of the rest 25 %."""

STRONG_COVERAGE, FAIR_COVERAGE = 0.3, 0.15
SMALL_FIELD = 8
"""With fewer matches than this there is no field to stand above; what counts then is to be near the best."""

STRONG_SHARE, FAIR_SHARE = 0.75, 0.5

AT_ONCE = 5


class PartName(Labelled):
    """What a part of the score stands for: words in common, standing out for the other side, shortness, a fact that fits."""

    WORDS = "words", N_("Other words and characters in common")
    STANDING = "standing", N_("The other side has little else that is so like it")
    BREVITY = "brevity", N_("Taken off, because it says so little")
    PRICE = "price", N_("The price is within the budget")
    MATURITY = "maturity", N_("As mature as is wanted")
    COUNTY = "county", N_("From the county that is wanted")
    WAYS = "ways", N_("Both offer the same way of cooperation")
    DEADLINE = "deadline", N_("There is time until the deadline")
    FIGURES = "figures", N_("Figures are asked for and given")


@dataclass(frozen=True)
class Part:
    """One summand of a score."""

    name: PartName
    share: float


def parts_of(words: float, standing: float, text_length: int, fits: Sequence[Fact]) -> tuple[Part, ...]:
    """The summands of one match: words in common, the other side's view, what shortness loses, what each fitting fact adds."""
    text_score = words + standing
    shortness = 1 - min(1.0, text_length / WHOLE_TEXT)
    parts = [Part(PartName.WORDS, words)]
    if standing:
        parts.append(Part(PartName.STANDING, standing))
    if shortness:
        parts.append(Part(PartName.BREVITY, -BREVITY * shortness * text_score))
    parts.extend(Part(PartName(fact.value), FIT * text_score) for fact in fits)
    return tuple(parts)


def total(parts: Sequence[Part]) -> float:
    """The score: the sum of its parts."""
    return math.fsum(part.share for part in parts)


def strengths(
    scores: Sequence[float], coverages: Sequence[float], of: Sequence[float] | None = None
) -> tuple[Strength, ...]:
    """A word for each of the first matches: `scores` of all that were found, best first, and how much of the own
    title each meets. `of` are the scores of those that are judged, where some before them were passed over.

    The best of a poor lot is not strong: in a catalogue without anything on the matter, the first place means nothing.
    """
    if not scores:
        return ()
    judged = scores if of is None else of
    unit, strong, fair = scores[0], STRONG_SHARE, FAIR_SHARE
    if len(scores) >= SMALL_FIELD:
        unit, strong, fair = median(scores), STRONG_MARGIN, FAIR_MARGIN
    return tuple(
        _strength(rank, coverage, score >= strong * unit, score >= fair * unit)
        for rank, (score, coverage) in enumerate(zip(judged, coverages, strict=False), start=1)
    )


def shown_at_once(found: Sequence[Strength]) -> int:
    """How many of a list stand open: everything down to the last that is better than weak, and five in any case."""
    return max([AT_ONCE, *(place for place, one in enumerate(found, start=1) if one is not Strength.WEAK)])


def _strength(rank: int, coverage: float, stands_out: bool, stands_well: bool) -> Strength:
    if stands_out and rank <= STRONG_RANKS and coverage >= STRONG_COVERAGE:
        return Strength.STRONG
    if stands_well and rank <= FAIR_RANKS and coverage >= FAIR_COVERAGE:
        return Strength.FAIR
    return Strength.WEAK
