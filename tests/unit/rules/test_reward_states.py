"""Rewards and payouts: every action in every state by every relation; the arithmetic of a share."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.states import Relation
from marketplace.rewards.rules import PAYOUT_STATES, REWARD_STATES, PayoutState, RewardState, pool_of, split
from tests.unit.rules.tables import Expected, check, reasons

R = Relation
REWARDS: Expected = {
    ("calculate", "triggered"): ("confirming", {R.OWNER}),
    ("calculate", "confirming"): ("confirming", {R.OWNER}),
    ("calculate", "disputed"): ("confirming", {R.OWNER}),
    ("publish", "confirming"): ("published", {R.SYSTEM}),
    ("object", "confirming"): ("disputed", {R.AUTHOR}),
    ("object", "published"): ("disputed", {R.AUTHOR}),
    ("dismiss", "disputed"): ("confirming", {R.OFFICIAL}),
    ("approve", "published"): ("approved", {R.OWNER}),
    ("reopen", "confirming"): ("triggered", {R.SYSTEM}),
    ("reopen", "published"): ("triggered", {R.SYSTEM}),
    ("reopen", "disputed"): ("triggered", {R.SYSTEM}),
    ("hold", "approved"): ("held", {R.SYSTEM}),
    ("release", "held"): ("approved", {R.OFFICIAL, R.SYSTEM}),
    ("pass", "confirming"): ("published", {R.OFFICIAL}),
    ("lapse", "triggered"): ("revoked", {R.SYSTEM}),
    ("revoke", "held"): ("revoked", {R.OFFICIAL}),
}
PAYOUTS: Expected = {
    ("acknowledge", "paid"): ("acknowledged", {R.AUTHOR}),
    ("acknowledge", "denied"): ("acknowledged", {R.AUTHOR}),
    ("deny", "paid"): ("denied", {R.AUTHOR}),
    ("reverse", "paid"): ("reversed", {R.OWNER}),
    ("reverse", "denied"): ("reversed", {R.OWNER}),
}
REWARD_ACTIONS = sorted({action for action, _ in REWARDS} | {"pay"})
FEN = st.integers(0, 10**12)


@pytest.mark.parametrize(("action", "state"), list(itertools.product(REWARD_ACTIONS, RewardState)))
def test_who_may_do_what_with_a_reward(action: str, state: RewardState) -> None:
    for relation in R:
        check(REWARD_STATES, REWARDS, action, state, relation)


@pytest.mark.parametrize(
    ("action", "state"), list(itertools.product(("acknowledge", "deny", "reverse", "pay"), PayoutState))
)
def test_who_may_do_what_with_a_payout(action: str, state: PayoutState) -> None:
    for relation in R:
        check(PAYOUT_STATES, PAYOUTS, action, state, relation)


def test_what_asks_for_a_reason_and_what_has_a_timer() -> None:
    assert reasons(REWARD_STATES) == {"object", "dismiss", "release", "revoke", "pass"}
    assert reasons(PAYOUT_STATES) == {"deny", "reverse"}
    assert {state for state, _ in REWARD_STATES.timers} == set(RewardState) - {RewardState.REVOKED}


@given(net=FEN, share_bp=st.integers(1, 10_000))
def test_a_share_is_never_less_than_the_rule_says_nor_a_fen_more(net: int, share_bp: int) -> None:
    pool = pool_of(net, share_bp)
    assert net * share_bp <= pool * 10_000 < net * share_bp + 10_000
    assert pool <= net


@given(pool=FEN, weights=st.lists(st.integers(1, 10_000), min_size=1, max_size=30))
def test_a_split_loses_no_fen_and_is_within_one_of_the_exact_part(pool: int, weights: list[int]) -> None:
    parts = split(pool, weights)
    assert sum(parts) == pool
    assert all(
        abs(part * sum(weights) - pool * weight) < sum(weights) for part, weight in zip(parts, weights, strict=True)
    )
