"""Every action on an interest, in every state, by every relation."""

import itertools

import pytest

from marketplace.kernel.errors import Conflict, NotPermitted
from marketplace.kernel.states import Relation
from marketplace.matching.rules import INTEREST_STATES, InterestState

EXPECTED = {
    ("deliver", "expressed", Relation.SYSTEM): "delivered",
    ("accept", "expressed", Relation.OTHER_SIDE): "accepted",
    ("accept", "delivered", Relation.OTHER_SIDE): "accepted",
    ("decline", "expressed", Relation.OTHER_SIDE): "declined",
    ("decline", "delivered", Relation.OTHER_SIDE): "declined",
    ("lapse", "expressed", Relation.SYSTEM): "lapsed",
    ("lapse", "delivered", Relation.SYSTEM): "lapsed",
}
"""Whatever is not here is refused: (action, state, relation) -> the state it leads to."""

ACTIONS = ("deliver", "accept", "decline", "lapse", "withdraw")


@pytest.mark.parametrize(
    ("action", "state", "relation"), list(itertools.product(ACTIONS, InterestState, Relation)), ids=str
)
def test_who_may_do_what(action: str, state: InterestState, relation: Relation) -> None:
    target = EXPECTED.get((action, state.value, relation))
    if target is not None:
        assert INTEREST_STATES.require(action, state, frozenset({relation})).target == target
    else:
        possible = any((action, state.value, other) in EXPECTED for other in Relation)
        with pytest.raises(NotPermitted if possible else Conflict):
            INTEREST_STATES.require(action, state, frozenset({relation}))


def test_an_interest_always_ends() -> None:
    assert INTEREST_STATES.terminal() == {InterestState.ACCEPTED, InterestState.DECLINED, InterestState.LAPSED}
    assert INTEREST_STATES.initial is InterestState.EXPRESSED


def test_only_a_refusal_needs_a_reason() -> None:
    assert [one.action for one in INTEREST_STATES.transitions if one.reason_required] == ["decline"]
