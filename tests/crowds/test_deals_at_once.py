"""Twenty people at once sign, decline, replace, pay, confirm, refuse and end the same deals on PostgreSQL.

Whatever the order, each gets an answer, the ledger is balanced, and nothing has happened twice.
"""

import os
import time
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from marketplace.audit.service import verify as verify_audit
from marketplace.contracts.models import Document, DocumentParty, Signature
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.deals.booking import signed_fen
from marketplace.deals.models import Deal, Entry, Step
from marketplace.deals.rules import DEAL_STATES, DealState, EntryKind, StepKind
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.states import Relation
from marketplace.ledger.models import Transfer
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.plan import fixed_lines
from marketplace.payments.queries import left_to_pay, left_to_refund
from marketplace.payments.rules import ReceiptKind, ReceiptState
from marketplace.statistics.ledger_check import check
from tests.crowds.pressing import Crowd
from tests.factories import make_contract, make_deal, make_signed
from tests.paying import BY_PLAN
from tests.personas import People
from tests.world import empty_tables

SEED = int(os.environ.get("JIANGGUO_CROWD_SEED", time.time_ns() % 1_000_000))
"""Another one each time. Threads interleave as they like, so a seed makes a failure likely again, and no more."""

ONCE = ("sign", "confirm", "verify", "end", "decline", "terminate", "send")
"""What succeeds at most once for what it is about."""


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """PostgreSQL alone: on SQLite writers come one after the other anyway."""
    return empty_tables(request.getfixturevalue("postgres_schema"))


@pytest.fixture
def crowd(factory: UnitOfWorkFactory, people: People) -> Crowd:
    """A text that waits for both signatures, and a contract in force."""
    waiting, signed = make_deal(factory, people), make_signed(factory, people, BY_PLAN)
    make_contract(factory, people, waiting, BY_PLAN)
    return Crowd(factory, people, [waiting, signed])


def is_whole(crowd: Crowd) -> None:
    """What the state tables, the ledger and the people themselves say agrees."""
    said = f"JIANGGUO_CROWD_SEED={SEED}"
    assert crowd.failures == [], (said, len(crowd.failures), crowd.failures[0])
    twice = {key: times for key, times in crowd.done.items() if key[0] in ONCE and times > 1}
    assert twice == {}, said
    with crowd.factory.reading() as uow:
        session = uow.session
        found = check(session)
        assert found.differences == (), said
        assert verify_audit(session) is None, said
        rows = select(Transfer.source, Transfer.kind)
        assert len(session.execute(rows).all()) == len(session.execute(rows.distinct()).all()), said
        for deal_id in crowd.deals:
            _is_a_way(crowd, deal_id)
        for document in session.scalars(select(Document)):
            count = select(func.count()).where(Signature.document_id == document.id)
            needed = select(func.count()).where(DocumentParty.document_id == document.id)
            has_all = session.scalar(count) == session.scalar(needed) == 2
            assert has_all == (document.state is DocumentState.COMPLETE), (said, document.id)
        for line in session.scalars(select(Milestone)):
            assert left_to_pay(session, line) >= 0, (said, line.id)
        for receipt in session.scalars(select(Receipt)):
            assert (receipt.state is ReceiptState.VERIFIED) == (crowd.done["verify", receipt.id] == 1), said
            assert receipt.kind is ReceiptKind.REFUND or left_to_refund(session, receipt) >= 0, said


def _is_a_way(crowd: Crowd, deal_id: int) -> None:
    """Its steps, one after the other, lead through the state table to where it is; entries are what they should be."""
    with crowd.factory.reading() as uow:
        session, state = uow.session, DealState.NEGOTIATING
        steps = select(Step.action).where(Step.deal_id == deal_id, Step.kind == StepKind.DEAL, Step.action != "open")
        for action in session.scalars(steps.order_by(Step.id)):
            state = DEAL_STATES.require(action, state, frozenset(Relation)).target
        deal = session.get_one(Deal, deal_id)
        kinds = list(session.scalars(select(Entry.kind).where(Entry.deal_id == deal_id)))
        contracts = (Document.deal_id == deal_id, Document.kind == DocumentKind.CONTRACT)
        complete = select(func.count()).where(*contracts, Document.state == DocumentState.COMPLETE)
        assert deal.state is state
        assert kinds.count(EntryKind.IN_FORCE) == (deal.in_force_at is not None) == session.scalar(complete)
        assert kinds.count(EntryKind.TERMINATION) == (state is DealState.TERMINATED)
        if deal.in_force_at is not None and state is not DealState.TERMINATED:
            assert sum(line.fen for line in fixed_lines(uow, deal_id)) == signed_fen(session, deal_id)


def press(crowd: Crowd, drain: Callable[[], int], rounds: int, presses: int) -> None:
    """The crowd, then the worker, and again."""
    for number in range(rounds):
        crowd.press_at_once(20, presses, SEED + number)
        is_whole(crowd)
        drain()
        is_whole(crowd)
    assert crowd.done.total() > 0


def test_a_crowd_at_the_same_deals_gets_answers_and_no_fen_is_lost(crowd: Crowd, drain: Callable[[], int]) -> None:
    press(crowd, drain, rounds=1, presses=10)


@pytest.mark.soak
@pytest.mark.parametrize("_time", range(20))
def test_crowds_at_the_same_deals_again_and_again(crowd: Crowd, drain: Callable[[], int], _time: int) -> None:
    press(crowd, drain, rounds=4, presses=25)
