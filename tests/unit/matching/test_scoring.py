"""Scores are sums of named parts; strength is said in words, by rank and margin."""

import pytest

from marketplace.matching.facts import Fact
from marketplace.matching.rules import Strength
from marketplace.matching.scoring import PartName, parts_of, shown_at_once, strengths, total

STRONG, FAIR, WEAK = Strength.STRONG, Strength.FAIR, Strength.WEAK


def test_the_parts_of_a_score() -> None:
    parts = parts_of(100.0, 0.0, 400, [Fact.PRICE, Fact.COUNTY])
    assert [(part.name, part.share) for part in parts] == [
        (PartName.WORDS, 100.0),
        (PartName.PRICE, 1.5),
        (PartName.COUNTY, 1.5),
    ]
    assert total(parts) == 103.0


def test_a_match_is_judged_by_its_own_score_when_one_before_it_was_passed_over() -> None:
    scores = [100.0, 30.0, 29.0, 28.0, 27.0, 27.0, 27.0, 26.0, 26.0]
    assert strengths(scores, [0.8], [30.0]) == (WEAK,)
    assert strengths(scores, [0.8], [100.0]) == (STRONG,)


def test_facts_alone_never_turn_a_clear_order_of_the_texts() -> None:
    everything = [fact for fact in Fact if fact is not Fact.TEXT]
    assert total(parts_of(100.0, 0.0, 400, [])) > total(parts_of(91.0, 0.0, 400, everything))


@pytest.mark.parametrize(("length", "expected"), [(0, 40.0), (75, 70.0), (149, 99.6), (150, 100.0), (5000, 100.0)])
def test_a_short_text_loses_what_shortness_gained(length: int, expected: float) -> None:
    assert total(parts_of(100.0, 0.0, length, [])) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("scores", "coverages", "expected"),
    [
        ([], [], ()),
        ([30.0], [0.3], (STRONG,)),
        ([30.0], [0.29], (FAIR,)),
        ([30.0], [0.14], (WEAK,)),
        ([30.0, 22.5, 22.4, 14.9], [0.8] * 4, (STRONG, STRONG, FAIR, WEAK)),
        ([30.0] * 7, [0.8] * 7, (STRONG, STRONG, STRONG, FAIR, FAIR, FAIR, FAIR)),
        ([30.0] * 12, [0.8] * 12, (WEAK,) * 12),
        ([18.0, 17.9, 12.5, 12.4, *[10.0] * 9], [0.8] * 4, (STRONG, FAIR, FAIR, WEAK)),
        ([18.0] * 11 + [10.0] * 12, [0.8] * 11, (STRONG,) * 3 + (FAIR,) * 7 + (WEAK,)),
    ],
    ids=[
        "none",
        "title met",
        "less",
        "hardly any",
        "small field",
        "ranks",
        "no margin",
        "margins",
        "ranks and margins",
    ],
)
def test_strength_by_rank_margin_and_coverage(
    scores: list[float], coverages: list[float], expected: tuple[Strength, ...]
) -> None:
    assert strengths(scores, coverages) == expected


@pytest.mark.parametrize(
    ("found", "expected"), [((), 5), ((WEAK,) * 9, 5), ((STRONG, *(WEAK,) * 5, FAIR, WEAK), 7), ((STRONG,) * 3, 5)]
)
def test_weak_matches_at_the_end_are_folded_away(found: tuple[Strength, ...], expected: int) -> None:
    assert shown_at_once(found) == expected
