"""An offer, every action in every state by every relation."""

import itertools

import pytest

from marketplace.deals.rules import OFFER_STATES, OfferState
from marketplace.kernel.states import Relation
from tests.unit.rules.tables import Expected, check, reasons

R = Relation
EXPECTED: Expected = {
    ("accept", "open"): ("accepted", {R.OTHER_SIDE}),
    ("counter", "open"): ("countered", {R.OTHER_SIDE}),
    ("decline", "open"): ("declined", {R.OTHER_SIDE}),
    ("withdraw", "open"): ("withdrawn", {R.OWNER}),
    ("lapse", "open"): ("lapsed", {R.SYSTEM}),
}
ACTIONS = {action for action, _ in EXPECTED} | {"make"}


@pytest.mark.parametrize(("action", "state"), list(itertools.product(sorted(ACTIONS), OfferState)))
def test_who_may_do_what(action: str, state: OfferState) -> None:
    for relation in R:
        check(OFFER_STATES, EXPECTED, action, state, relation)


def test_an_offer_is_answered_once() -> None:
    assert OFFER_STATES.initial is OfferState.OPEN
    assert OFFER_STATES.terminal() == set(OfferState) - {OfferState.OPEN}
    assert reasons(OFFER_STATES) == {"decline"}
