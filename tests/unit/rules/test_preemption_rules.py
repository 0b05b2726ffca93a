"""The right to buy first: every action in every state by every relation; what has to be true before a contract is sent."""

import itertools
from datetime import date

import pytest

from marketplace.kernel.states import Relation
from marketplace.preemptions.rules import PREEMPTION_STATES, Asked, PreemptionState, SendingFacts, conditions
from tests.unit.rules.tables import Expected, check

WHO = {Relation.AUTHOR, Relation.OWNER}
EXPECTED: Expected = {
    ("waive", "waiting"): ("waived", WHO),
    ("waive", "exercised"): ("waived", WHO),
    ("exercise", "waiting"): ("exercised", WHO),
}
TODAY = date(2026, 11, 20)
YESTERDAY = date(2026, 11, 19)
W, NO, YES = PreemptionState


@pytest.mark.parametrize("relation", Relation)
def test_the_table(relation: Relation) -> None:
    for action, state in itertools.product(("waive", "exercise", "tell"), PreemptionState):
        check(PREEMPTION_STATES, EXPECTED, action, state, relation)


@pytest.mark.parametrize(
    ("people", "untold", "asked", "missing"),
    [
        (0, 0, [], []),
        (1, 1, [], ["told"]),
        (1, 0, [Asked(W, TODAY, True)], ["time"]),
        (1, 0, [Asked(W, YESTERDAY, True)], []),
        (1, 0, [Asked(W, YESTERDAY, False)], ["paper"]),
        (2, 1, [Asked(NO, TODAY, True)], ["told"]),
        (2, 0, [Asked(NO, TODAY, True), Asked(W, TODAY, True)], ["time"]),
        (2, 0, [Asked(NO, TODAY, True), Asked(NO, TODAY, False)], []),
        (2, 0, [Asked(YES, YESTERDAY, True), Asked(W, TODAY, False)], ["paper", "wanted"]),
    ],
)
def test_what_is_missing(people: int, untold: int, asked: list[Asked], missing: list[str]) -> None:
    found = conditions(SendingFacts(people, untold, asked, TODAY))
    assert [one.key for one in found if not one.is_met] == missing
    assert found
