"""The life of a declared benefit, every action in every state by every relation; and its reckoning."""

import itertools
from datetime import date

import pytest

from marketplace.benefits.rules import DECLARATION_STATES, DeclarationState, Reckoning, require_year
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.states import Relation
from tests.unit.rules.tables import Expected, check, reasons

R = Relation
EXPECTED: Expected = {
    ("verify", "declared"): ("verified", {R.OFFICIAL}),
    ("return", "declared"): ("returned", {R.OFFICIAL}),
    ("withdraw", "declared"): ("withdrawn", {R.OWNER}),
    ("replace", "verified"): ("replaced", {R.SYSTEM}),
}
ACTIONS = ("verify", "return", "withdraw", "replace", "declare", "correct")


@pytest.mark.parametrize("relation", Relation)
def test_every_action_in_every_state(relation: Relation) -> None:
    for action, state in itertools.product(ACTIONS, DeclarationState):
        check(DECLARATION_STATES, EXPECTED, action, state, relation)


def test_a_return_needs_a_reason() -> None:
    assert reasons(DECLARATION_STATES) == {"return"}


def test_costs_are_taken_off_what_all_units_bring() -> None:
    assert Reckoning(1_200, 10_000, 2_000_000).fen == 10_000_000


@pytest.mark.parametrize(
    ("reckoning", "field"),
    [
        (Reckoning(0, 10, 0), "unit_saving"),
        (Reckoning(-5, 10, 0), "unit_saving"),
        (Reckoning(10, 0, 0), "quantity"),
        (Reckoning(10, -1, 0), "quantity"),
        (Reckoning(10, 10, 100), "costs"),
        (Reckoning(10, 10, 101), "costs"),
        (Reckoning(10, 10, -1), "unit_saving"),
        (Reckoning(10**10, 10**10, 0), "unit_saving"),
    ],
)
def test_what_is_no_benefit_is_refused_beside_its_field(reckoning: Reckoning, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        reckoning.require_possible(corrects=False)
    assert set(refused.value.fields) == {field}


def test_only_a_correction_may_come_to_nothing() -> None:
    Reckoning(10, 0, 0).require_possible(corrects=True)
    Reckoning(10, 10, 100).require_possible(corrects=True)
    with pytest.raises(InvalidInput):
        Reckoning(10, 10, 101).require_possible(corrects=True)


def test_a_year_is_declared_once_it_is_over() -> None:
    require_year(2025, date(2026, 1, 1))
    for year in (2026, 2027, 1999):
        with pytest.raises(InvalidInput):
            require_year(year, date(2026, 12, 31))
