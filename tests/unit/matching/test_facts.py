"""What fits, what is missing and what contradicts, fact by fact."""

from dataclasses import replace
from datetime import date

import pytest

from marketplace.kernel import wording
from marketplace.listings.rules import Maturity, Way
from marketplace.matching.facts import Fact, NeedFacts, ResultFacts, compare_facts

TODAY = date(2026, 11, 20)
RESULT = ResultFacts(
    price_fen=100, maturity=Maturity.IN_USE, county="qingzhou", ways=(Way.LICENCE,), has_figures=True, has_text=True
)
NEED = NeedFacts(
    budget_max_fen=100,
    maturity_wanted=Maturity.IN_USE,
    county_wanted="qingzhou",
    ways=(Way.SERVICE, Way.LICENCE),
    deadline=TODAY,
    has_indicators=True,
    has_text=True,
)


def test_listings_that_agree_in_everything() -> None:
    facts = compare_facts(RESULT, NEED, TODAY)
    assert set(facts.fits) == set(Fact) - {Fact.TEXT}
    assert (facts.missing, facts.conflicts) == ((), ())


@pytest.mark.parametrize(
    ("result", "need", "start", "params"),
    [
        ({"price_fen": 101}, {}, "The price of", {"price": wording.amount(101), "budget": wording.amount(100)}),
        (
            {"maturity": Maturity.TRIAL},
            {},
            "The result is at the stage",
            {"maturity": wording.words([Maturity.TRIAL]), "wanted": wording.words([Maturity.IN_USE])},
        ),
        (
            {"county": "gaomi"},
            {},
            "The result comes from",
            {"county": wording.in_county("gaomi"), "wanted": wording.in_county("qingzhou")},
        ),
        (
            {"ways": (Way.ASSIGNMENT,)},
            {"ways": (Way.SERVICE,)},
            "No common way",
            {"offered": wording.words([Way.ASSIGNMENT]), "wanted": wording.words([Way.SERVICE])},
        ),
        ({}, {"deadline": date(2026, 11, 19)}, "The deadline", {"deadline": {"day": "2026-11-19"}}),
    ],
    ids=["price", "maturity", "county", "ways", "deadline"],
)
def test_each_contradiction(
    result: dict[str, object], need: dict[str, object], start: str, params: dict[str, object]
) -> None:
    facts = compare_facts(replace(RESULT, **result), replace(NEED, **need), TODAY)  # type: ignore[arg-type]
    (conflict,) = facts.conflicts
    assert conflict.message.startswith(start)
    assert conflict.params == params
    assert facts.missing == ()
    assert len(facts.fits) == len(Fact) - 2


@pytest.mark.parametrize(
    ("result", "need", "start"),
    [
        ({"price_fen": None}, {}, "The result names no price"),
        ({}, {"budget_max_fen": None}, "The need names no budget"),
        ({"maturity": None}, {}, "The result does not say how mature"),
        ({"county": None}, {}, "The result names no county"),
        ({"ways": ()}, {}, "The result does not say how it may be taken over"),
        ({}, {"ways": ()}, "The need does not say how it wants to cooperate"),
        ({}, {"deadline": None}, "The need names no deadline"),
        ({"has_figures": False}, {}, "The result gives no before-and-after figures"),
        ({}, {"has_indicators": False}, "The need names no indicators"),
        ({"has_text": False}, {}, "The result has no description"),
        ({}, {"has_text": False}, "The need has no description"),
    ],
)
def test_each_gap(result: dict[str, object], need: dict[str, object], start: str) -> None:
    facts = compare_facts(replace(RESULT, **result), replace(NEED, **need), TODAY)  # type: ignore[arg-type]
    (gap,) = facts.missing
    assert gap.message.startswith(start)
    assert facts.conflicts == ()


def test_what_nobody_asks_for_is_neither_missing_nor_a_gain() -> None:
    silent = NeedFacts(deadline=TODAY, has_text=True)
    facts = compare_facts(ResultFacts(has_text=True), silent, TODAY)
    assert (facts.fits, facts.missing, facts.conflicts) == ((Fact.DEADLINE,), (), ())


@pytest.mark.parametrize("price", [0, 99, 100])
def test_a_price_up_to_the_budget_fits(price: int) -> None:
    assert Fact.PRICE in compare_facts(replace(RESULT, price_fen=price), NEED, TODAY).fits


@pytest.mark.parametrize("maturity", [Maturity.IN_USE, Maturity.PROVEN])
def test_more_mature_than_wanted_fits(maturity: Maturity) -> None:
    assert Fact.MATURITY in compare_facts(replace(RESULT, maturity=maturity), NEED, TODAY).fits
