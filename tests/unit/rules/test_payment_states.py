"""Lines of a payment plan and bank transfers: every action in every state by every relation; what a line is called."""

import itertools
from datetime import date

import pytest

from marketplace.kernel.states import Relation
from marketplace.payments.law import latest_by_law
from marketplace.payments.rules import (
    MILESTONE_STATES,
    RECEIPT_STATES,
    STATEMENT_STATES,
    MilestoneState,
    Paid,
    ReceiptState,
    Standing,
    StatementState,
    standing,
)
from tests.unit.rules.tables import Expected, check, reasons

R = Relation
MILESTONES: Expected = {
    ("fall_due", "planned"): ("due", {R.SELLER, R.SYSTEM}),
    ("put_off", "due"): ("due", {R.SELLER}),
    ("cancel", "planned"): ("cancelled", {R.SYSTEM}),
    ("cancel", "due"): ("cancelled", {R.SYSTEM}),
}
RECEIPTS: Expected = {
    ("confirm", "reported"): ("confirmed", {R.OTHER_SIDE}),
    ("refuse", "reported"): ("refused", {R.OTHER_SIDE}),
    ("withdraw", "reported"): ("withdrawn", {R.OWNER}),
    ("verify", "confirmed"): ("verified", {R.OFFICIAL}),
    ("reject", "confirmed"): ("rejected", {R.OFFICIAL}),
}
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("action", "state"), list(itertools.product(("fall_due", "put_off", "cancel", "pay"), MilestoneState))
)
def test_who_may_do_what_with_a_line(action: str, state: MilestoneState) -> None:
    for relation in R:
        check(MILESTONE_STATES, MILESTONES, action, state, relation)


@pytest.mark.parametrize(
    ("action", "state"),
    list(itertools.product(("confirm", "refuse", "withdraw", "verify", "reject", "report"), ReceiptState)),
)
def test_who_may_do_what_with_a_transfer(action: str, state: ReceiptState) -> None:
    for relation in R:
        check(RECEIPT_STATES, RECEIPTS, action, state, relation)


@pytest.mark.parametrize(("action", "state"), list(itertools.product(("agree", "object", "state"), StatementState)))
def test_who_may_do_what_with_the_figures_of_a_royalty(action: str, state: StatementState) -> None:
    expected: Expected = {("agree", "stated"): ("agreed", {R.SELLER}), ("object", "stated"): ("objected", {R.SELLER})}
    for relation in R:
        check(STATEMENT_STATES, expected, action, state, relation)
    assert reasons(STATEMENT_STATES) == {"object"}


def test_a_verified_transfer_is_never_undone_and_a_refusal_has_a_reason() -> None:
    assert RECEIPT_STATES.terminal() == {
        ReceiptState.VERIFIED,
        ReceiptState.REFUSED,
        ReceiptState.REJECTED,
        ReceiptState.WITHDRAWN,
    }
    assert reasons(RECEIPT_STATES) == {"refuse", "reject", "undo"}
    assert {state for state, _ in RECEIPT_STATES.timers} == set(ReceiptState) - RECEIPT_STATES.terminal()


@pytest.mark.parametrize(
    ("state", "paid", "due_on", "called"),
    [
        (MilestoneState.PLANNED, 0, None, Standing.PLANNED),
        (MilestoneState.DUE, (40, 100), date(2026, 11, 19), Standing.ON_ITS_WAY),
        (MilestoneState.PLANNED, 40, None, Standing.PARTLY),
        (MilestoneState.DUE, 0, TODAY, Standing.DUE),
        (MilestoneState.DUE, 40, TODAY, Standing.PARTLY),
        (MilestoneState.DUE, 99, date(2026, 11, 19), Standing.OVERDUE),
        (MilestoneState.DUE, 100, date(2026, 11, 19), Standing.PAID),
        (MilestoneState.CANCELLED, 40, date(2026, 11, 19), Standing.CANCELLED),
        (MilestoneState.CANCELLED, 100, date(2026, 11, 19), Standing.PAID),
    ],
)
def test_what_a_line_of_100_fen_is_called(
    state: MilestoneState, paid: int | tuple[int, int], due_on: date | None, called: Standing
) -> None:
    of_line = Paid(*paid) if isinstance(paid, tuple) else Paid(paid, paid)
    assert standing(state, 100, of_line, due_on, TODAY) is called


def test_the_legal_term_holds_for_deliveries_since_the_rule_is_in_force() -> None:
    assert latest_by_law(date(2025, 5, 31)) is None
    term = latest_by_law(date(2025, 6, 1))
    assert term is not None
    assert term.latest == date(2025, 7, 31)
