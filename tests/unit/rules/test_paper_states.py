"""A document on paper, every action in every state by every relation."""

import itertools

import pytest

from marketplace.contracts.rules import PAPER_STATES, PaperState
from marketplace.kernel.states import Relation
from tests.unit.rules.tables import Expected, check, reasons

R = Relation
EXPECTED: Expected = {
    ("upload", "none"): ("uploaded", {R.PARTY}),
    ("upload", "uploaded"): ("uploaded", {R.PARTY}),
    ("confirm", "uploaded"): ("confirmed", {R.SYSTEM}),
    ("verify", "confirmed"): ("verified", {R.OFFICIAL}),
    ("reject", "uploaded"): ("none", {R.OFFICIAL}),
    ("reject", "confirmed"): ("none", {R.OFFICIAL}),
}
ACTIONS = {action for action, _ in EXPECTED} | {"complete"}


@pytest.mark.parametrize(("action", "state"), list(itertools.product(sorted(ACTIONS), PaperState)))
def test_who_may_do_what(action: str, state: PaperState) -> None:
    for relation in R:
        check(PAPER_STATES, EXPECTED, action, state, relation)


def test_verified_paper_is_final() -> None:
    assert PAPER_STATES.initial is PaperState.NONE
    assert PAPER_STATES.terminal() == {PaperState.VERIFIED}
    assert reasons(PAPER_STATES) == {"reject"}
