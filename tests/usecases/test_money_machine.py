"""Whatever parties, officials, workers, the clock and the outbox do to the money of a deal, in whatever order: no fen is lost.

After every step rows and ledger agree, and both agree with a plain sum of what was let through.
"""

import random
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from marketplace.audit.service import verify as verify_audit
from marketplace.contracts.changes import Amending, Settling
from marketplace.contracts.models import Document
from marketplace.contracts.rules import CHANGES, LIVE, DocumentState, EndReason
from marketplace.deals import change_service, document_service, payment_service, service
from marketplace.deals.booking import signed_fen
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import DealState, EntryKind
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, china_day
from marketplace.kernel.errors import DomainError
from marketplace.payments.events import ReceiptMoved
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.plan import fixed_lines, milestones, untouched
from marketplace.payments.queries import in_flight, left_to_pay, left_to_refund
from marketplace.payments.rules import Instalment, ReceiptKind, ReceiptState, Trigger
from marketplace.results.models import Contributor
from marketplace.rewards import calculating, confirming, payouts
from marketplace.rewards.calculating import Calculation, Cost
from marketplace.rewards.handlers import follow_receipts
from marketplace.rewards.models import Payout, Reward, RewardLine
from marketplace.rewards.payouts import PaidOut
from marketplace.rewards.rules import CostKind
from marketplace.statistics.ledger_check import check
from tests.factories import confirmation, make_result, make_signed
from tests.paying import BY_PLAN, numbered
from tests.personas import People
from tests.rewarding import paper

FEN = st.integers(1, 20_000_000)
PICK = st.randoms(use_true_random=False)
WHO = st.sampled_from(
    ("seller_contact", "company", "company_admin", "worker", "colleague", "county_official", "stranger")
)


def sign_with_code(uow: UnitOfWork, document_id: int) -> None:
    """Sign as somebody does who has read the message with the code."""
    document_service.sign(uow, document_id, confirmation(uow, document_id))


class Money(RuleBasedStateMachine):
    """One deal in force; everybody tries everything."""

    def __init__(self, factory: UnitOfWorkFactory, people: People, clock: SetClock, drain: Callable[[], int]) -> None:
        super().__init__()
        self.factory, self.people, self.clock, self.drain = factory, people, clock, drain
        self.received = self.paid_out = 0

    @initialize()
    def sign(self) -> None:
        result_id = make_result(self.factory, self.people)
        with self.factory.writing() as uow:
            for place, who in enumerate((self.people.worker, self.people.colleague), 1):
                uow.session.add(Contributor(result_id=result_id, place=place, name=who.name, user_id=who.user_id))
        self.deal_id = make_signed(self.factory, self.people, BY_PLAN, result_id=result_id)
        with self.factory.reading() as uow:
            self.before = check(uow.session).sums

    def attempt(self, who: str, what: Callable[[UnitOfWork], object]) -> bool:
        try:
            with self.factory.writing(getattr(self.people, who)) as uow:
                what(uow)
        except DomainError:
            return False
        return True

    def some(self, model: type[Receipt] | type[Reward], pick: random.Random) -> int:
        """The id of a row of the deal, 0 where there is none."""
        with self.factory.reading() as uow:
            ids = list(uow.session.scalars(select(model.id).where(model.deal_id == self.deal_id)))
        return pick.choice(ids) if ids else 0

    @property
    def today(self) -> date:
        return china_day(self.clock.now())

    @rule(who=WHO, fen=FEN, pick=PICK)
    def report(self, who: str, fen: int, pick: random.Random) -> None:
        with self.factory.reading() as uow:
            line = pick.choice(milestones(uow, self.deal_id))
        self.attempt(who, lambda uow: payment_service.report_payment(uow, line.id, numbered(fen, self.today)))

    @rule(fen=FEN, pick=PICK)
    def send_back(self, fen: int, pick: random.Random) -> None:
        receipt_id = self.some(Receipt, pick)
        said = numbered(fen, self.today)
        self.attempt("seller_contact", lambda uow: payment_service.report_refund(uow, receipt_id, said))

    @rule(who=WHO, pick=PICK)
    def confirm_arrival(self, who: str, pick: random.Random) -> None:
        receipt_id = self.some(Receipt, pick)
        self.attempt(who, lambda uow: payment_service.confirm(uow, receipt_id, self.today))

    @rule(who=WHO, action=st.sampled_from(("refuse", "withdraw", "reject")), pick=PICK)
    def end(self, who: str, action: str, pick: random.Random) -> None:
        receipt_id = self.some(Receipt, pick)
        self.attempt(who, lambda uow: payment_service.end(uow, receipt_id, action, "不符"))

    @rule(who=WHO, pick=PICK)
    def verify(self, who: str, pick: random.Random) -> None:
        receipt_id = self.some(Receipt, pick)
        if self.attempt(who, lambda uow: payment_service.verify(uow, receipt_id)):
            with self.factory.reading() as uow:
                receipt = uow.session.get_one(Receipt, receipt_id)
            self.received += receipt.fen if receipt.kind is ReceiptKind.PAYMENT else -receipt.fen

    def pay_a_line(self, pick: random.Random) -> None:
        with self.factory.reading() as uow:
            line = pick.choice(milestones(uow, self.deal_id))
            left = left_to_pay(uow.session, line)
        if left > 0 and self.attempt(
            "company", lambda uow: payment_service.report_payment(uow, line.id, numbered(left, self.today))
        ):
            with self.factory.reading() as uow:
                newest = uow.session.scalar(select(func.max(Receipt.id))) or 0
            self.attempt("seller_contact", lambda uow: payment_service.confirm(uow, newest, self.today))
            if self.attempt("county_official", lambda uow: payment_service.verify(uow, newest)):
                self.received += left

    @rule(who=WHO, action=st.sampled_from(("perform", "accept_delivery")))
    def go_on(self, who: str, action: str) -> None:
        self.attempt(who, lambda uow: service.take(uow, self.deal_id, action))

    @rule(who=WHO, lines=st.lists(FEN, max_size=3), pick=PICK, is_signed=st.booleans())
    def amend(self, who: str, lines: Sequence[int], pick: random.Random, is_signed: bool) -> None:
        """Some open lines go, others come; now and then only one side signs, and the text waits while money moves."""
        with self.factory.reading() as uow:
            numbers = untouched(uow, self.deal_id)
        dropped = tuple(number for number in numbers if pick.random() < 0.5)
        new = tuple(Instalment(fen, "", Trigger.DAY, 0, self.today) for fen in lines)
        amending = Amending({}, dropped, new, "变更")
        self.write(who, lambda uow: change_service.propose_amendment(uow, self.deal_id, amending))
        self.sign_some("seller_contact", *(["company"] if is_signed else []))

    @rule()
    def the_other_side_signs(self) -> None:
        self.sign_some("company", "seller_contact")

    @rule(payable=st.integers(0, 18_000_000), dice=st.integers(0, 9))
    def agree_to_end(self, payable: int, dice: int) -> None:
        settling = Settling(payable, self.today, "协商解除", end_reason=EndReason.PLANS)
        if dice < 2:
            self.write("company", lambda uow: change_service.propose_termination(uow, self.deal_id, settling))
            self.sign_some("company", *(["seller_contact"] if dice else []))

    def write(self, who: str, what: Callable[[UnitOfWork], Document]) -> None:
        self.attempt(who, lambda uow: document_service.send(uow, what(uow).id))

    def sign_some(self, *people: str) -> None:
        """Whoever is named signs what waits for signature."""
        waits = (Document.deal_id == self.deal_id, Document.state == DocumentState.SENT)
        for who in people:
            with self.factory.reading() as uow:
                document_id = uow.session.scalar(select(Document.id).where(*waits)) or 0
            if self.attempt(who, partial(document_service.send_signing_code, document_id=document_id)):
                self.attempt(who, partial(sign_with_code, document_id=document_id))

    @rule(payable=st.integers(0, 18_000_000), dice=st.integers(0, 9))
    @precondition(lambda self: self.received > 0)
    def terminate(self, payable: int, dice: int) -> None:
        if dice == 0:
            self.attempt(
                "county_official", lambda uow: service.terminate(uow, self.deal_id, "解除", payable, EndReason.PLANS)
            )

    @rule(days=st.integers(1, 20))
    def time_passes(self, days: int) -> None:
        self.clock.forward(days=days)

    @rule()
    def the_worker_runs(self) -> None:
        self.drain()

    @rule(pick=PICK)
    def an_event_comes_again(self, pick: random.Random) -> None:
        with self.factory.writing() as uow:
            receipt = uow.session.get(Receipt, self.some(Receipt, pick))
            if receipt is not None and receipt.state is ReceiptState.VERIFIED:
                event = ReceiptMoved(receipt.id, receipt.deal_id, receipt.kind.value, "verify", receipt.fen)
                follow_receipts(uow, [event, event])

    def reckon(self, reward_id: int, costs: Sequence[Cost]) -> None:
        def calculate(uow: UnitOfWork) -> None:
            reward = uow.session.get(Reward, reward_id)
            shares = calculating.proposed_shares(uow, reward) if reward else []
            calculating.calculate(uow, reward_id, Calculation(costs, shares, reward.round if reward else 0))

        self.attempt("seller_contact", calculate)

    def confirm_all(self, who: str) -> None:
        user_id = getattr(self.people, who).user_id
        with self.factory.reading() as uow:
            mine = list(uow.session.scalars(select(RewardLine.id).where(RewardLine.user_id == user_id)))
        for line_id in mine:
            self.attempt(who, partial(confirming.confirm_line, line_id=line_id))

    def approve_some(self, pick: random.Random) -> None:
        reward_id = self.some(Reward, pick)
        self.attempt("seller_contact", lambda uow: confirming.approve(uow, reward_id))

    @rule(cost=st.integers(0, 3_000_000), pick=PICK)
    def calculate(self, cost: int, pick: random.Random) -> None:
        self.reckon(self.some(Reward, pick), [Cost(CostKind.DELIVERY, cost, "差旅")] if cost else ())

    @rule(who=WHO)
    def confirm_parts(self, who: str) -> None:
        self.confirm_all(who)

    @rule(pick=PICK)
    def pay_whole_line(self, pick: random.Random) -> None:
        """The straight way to a reward."""
        self.pay_a_line(pick)

    @rule(pick=PICK)
    def share_straight(self, pick: random.Random) -> None:
        """The straight way to people who are paid."""
        self.pay_a_line(pick)
        self.drain()
        self.reckon(self.some(Reward, pick), ())
        for who in ("worker", "colleague"):
            self.confirm_all(who)
        self.clock.forward(days=16)
        self.approve_some(pick)
        self.pay_people(0)

    @rule(who=WHO, pick=PICK, dice=st.integers(0, 4))
    def dispute(self, who: str, pick: random.Random, dice: int) -> None:
        reward_id = self.some(Reward, pick)
        steps = (confirming.object_to, confirming.dismiss, payouts.release, payouts.revoke, confirming.publish_without)
        what = steps[dice]
        self.attempt(who, lambda uow: what(uow, reward_id, "有异议"))

    @rule(pick=PICK)
    def approve(self, pick: random.Random) -> None:
        self.approve_some(pick)

    def pay_people(self, tax: int) -> None:
        with self.factory.reading() as uow:
            lines = list(uow.session.scalars(select(RewardLine).order_by(RewardLine.id.desc()).limit(4)))
        for line in lines:
            said = PaidOut(tax, self.today, paper())
            if self.attempt("seller_contact", partial(payouts.pay, line_id=line.id, paid=said)):
                self.paid_out += line.fen

    @rule(tax=st.integers(0, 100_000))
    def pay_out(self, tax: int) -> None:
        self.pay_people(tax)

    @rule(who=WHO)
    def take_back(self, who: str) -> None:
        with self.factory.reading() as uow:
            newest = uow.session.scalar(select(func.max(Payout.id))) or 0
        if self.attempt(who, lambda uow: payouts.reverse(uow, newest, "登记有误")):
            with self.factory.reading() as uow:
                self.paid_out -= uow.session.get_one(Payout, newest).gross_fen

    @rule(who=WHO, action=st.sampled_from(("acknowledge", "deny")))
    def answer(self, who: str, action: str) -> None:
        with self.factory.reading() as uow:
            newest = uow.session.scalar(select(func.max(Payout.id))) or 0
        self.attempt(who, lambda uow: payouts.answer(uow, newest, action, "没有收到"))

    @invariant()
    def no_fen_is_lost(self) -> None:
        if not hasattr(self, "before"):
            return
        with self.factory.reading() as uow:
            found = check(uow.session)
            assert found.differences == ()
            assert found.sums["A4"] - self.before["A4"] == self.received
            assert found.sums["A6"] - self.before["A6"] == self.paid_out
            for line in uow.session.scalars(select(Milestone)):
                assert left_to_pay(uow.session, line) >= 0
            deal = uow.session.get_one(Deal, self.deal_id)
            if deal.state is not DealState.TERMINATED:
                planned = sum(line.fen for line in fixed_lines(uow, self.deal_id))
                assert planned == signed_fen(uow.session, self.deal_id), "what is agreed is what the plan comes to"
            for receipt in uow.session.scalars(select(Receipt).where(Receipt.kind == ReceiptKind.PAYMENT)):
                assert left_to_refund(uow.session, receipt) >= 0

    def end_it(self) -> None:
        """At last what is on its way is called back, and both agree to end the contract, whatever has become of it."""
        waits = (Document.deal_id == self.deal_id, Document.kind.in_(CHANGES), Document.state.in_(LIVE))
        with self.factory.reading() as uow:
            receipts = [receipt.id for receipt in in_flight(uow.session, [self.deal_id])]
            texts = list(uow.session.scalars(select(Document.id).where(*waits)))
        for who, action in (("company", "withdraw"), ("seller_contact", "withdraw"), ("county_official", "reject")):
            for receipt_id in receipts:
                self.attempt(who, partial(payment_service.end, receipt_id=receipt_id, action=action, reason="不符"))
        for document_id in texts:
            self.attempt("company", partial(change_service.take_off, document_id=document_id, reason="改日再议"))
        settling = Settling(0, self.today, "协商解除", end_reason=EndReason.PLANS)
        self.write("company", lambda uow: change_service.propose_termination(uow, self.deal_id, settling))
        self.sign_some("company", "seller_contact")

    def teardown(self) -> None:
        self.drain()
        if hasattr(self, "before"):
            self.end_it()
            self.no_fen_is_lost()
        self.clock.forward(days=1)


def test_no_fen_is_lost_or_made(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, drain: Callable[[], int]
) -> None:
    run_state_machine_as_test(
        lambda: Money(factory, people, clock, drain),  # type: ignore[arg-type] # It is called, whatever its type says.
        settings=settings(max_examples=4, stateful_step_count=50, deadline=None, derandomize=True),
    )
    with factory.reading() as uow:
        assert verify_audit(uow.session) is None
        assert uow.session.scalar(select(func.count(Payout.id))), "otherwise nothing was paid out"
        kinds = set(uow.session.scalars(select(Entry.kind)))
        assert kinds == set(EntryKind), "otherwise nothing was amended, or ended"
