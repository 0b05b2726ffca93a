"""Use cases on online payments of a deal: the buyer asks for a payment page, and what the processor says is followed.

What is followed is the payment as it stands at the processor, not the events one by one: whatever order they come in, however
late and however often, the outcome is the same.
"""

from collections.abc import Callable

from sqlalchemy import select

from marketplace.deals.room import Room, enter, enter_by_milestone
from marketplace.deals.rules import PAYABLE, StepKind
from marketplace.infra.processor import CURRENCY, DisputeFacts, PaymentFacts, RefundFacts
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Kept
from marketplace.kernel.errors import Conflict, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.online import pages
from marketplace.online.accounts import processor_of
from marketplace.online.events import DisputeMoved
from marketplace.online.models import Dispute, OnlineAccount, PaymentPage
from marketplace.online.queries import page_by_key, payable_account
from marketplace.online.rules import DISPUTE_STATES, DisputeState, Outcome, settled
from marketplace.organisations.parties import name_of
from marketplace.payments import arrivals
from marketplace.payments.arrivals import Arrived
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.queries import left_to_pay, left_to_refund
from marketplace.payments.rules import MilestoneState, ReceiptState

_BY_SYSTEM = frozenset({Relation.SYSTEM})
FAILED = "退款未成功，款项已退回收款方账户。"
WON = "争议已了结，款项归收款方。"


def ask_page(uow: UnitOfWork, milestone_id: int) -> PaymentPage:
    """The buyer wants to pay what is left of a line online. The row is committed before the processor is asked.

    Raises NotFound, NotPermitted, Conflict where nothing is left, or the payee has no account.
    """
    processor_of(uow)
    room, milestone = enter_by_milestone(uow, milestone_id)
    room.require_state(*PAYABLE)
    if not uow.actor.acts_for(room.deal.buyer_party_id):
        raise NotPermitted(N_("This is for the other party of the deal to do."))
    seller = name_of(uow.session, room.deal.seller_party_id)
    account = payable_account(uow.session, seller.organisation_id)
    if account is None:
        raise Conflict(N_("The payee has no account for online payment. Pay by bank transfer."))
    left = left_to_pay(uow.session, milestone)
    if left <= 0 or milestone.state is MilestoneState.CANCELLED:
        raise Conflict(N_("Everything of this line is paid, or reported as paid."))
    title = f"{room.deal.title} · {milestone.number}"[:200]
    return pages.ask(uow, room.deal.id, milestone.id, account, left, title)


def follow(
    uow: UnitOfWork, account: str, facts: PaymentFacts, voucher: Callable[[], Kept]
) -> tuple[Outcome, int | None]:
    """Bring the deal up to what the processor says of a payment; returns what became of it, and the page it is about.

    `account` is where the word comes from: a page is only ever paid on the account it was opened on. `voucher` keeps what
    proves it. Emits what it moves.
    """
    page = page_by_key(uow.session, facts.key)
    if page is None:
        return Outcome.NOT_OURS, None
    if uow.session.get_one(OnlineAccount, page.account_id).account != account:
        return Outcome.OTHER_ACCOUNT, page.id
    room = enter(uow, page.deal_id)
    page = pages.fetch(uow, page.id)
    if facts.is_expired:
        pages.expired(uow, page)
    if not facts.is_paid:
        return Outcome.FOLLOWED, page.id
    if (facts.amount, facts.currency) != (page.fen, CURRENCY) or facts.paid_at is None:
        return Outcome.DIFFERS, page.id
    return _Payment(room, page, voucher).follow(facts), page.id


class _Payment:
    """One payment, brought up to what is true of it; the deal is locked."""

    def __init__(self, room: Room, page: PaymentPage, voucher: Callable[[], Kept]) -> None:
        self.room, self.uow, self.page, self.voucher = room, room.uow, page, voucher
        self.outcome = Outcome.FOLLOWED

    def follow(self, facts: PaymentFacts) -> Outcome:
        payment = arrivals.known(self.uow, facts.charge_id) or self._arrive(facts)
        if payment.fee is None and facts.fee is not None:
            payment.fee, payment.fee_currency = facts.fee, facts.fee_currency
        for refund in facts.refunds:
            self._refund(payment, refund)
        for dispute in facts.disputes:
            self._dispute(payment, dispute)
        self.uow.flush()
        return self.outcome

    def _arrive(self, facts: PaymentFacts) -> Receipt:
        milestone = self.uow.session.get_one(Milestone, self.page.milestone_id)
        arrived = self._arrived(facts.amount, facts.charge_id, facts)
        receipt = arrivals.record_payment(self.uow, milestone, self.room.deal.buyer_party_id, arrived)
        pages.paid(self.uow, self.page, facts.session_id, receipt.id)
        self.room.step(StepKind.RECEIPT, receipt.id, "pay_online", self.room.deal.buyer_party_id)
        return receipt

    def _refund(self, payment: Receipt, refund: RefundFacts) -> None:
        """One that has failed after it was counted is undone; one that failed before never was."""
        known = arrivals.known(self.uow, refund.id)
        if refund.has_failed and known is not None:
            self._undo(known, FAILED, refund)
        elif refund.is_done and known is None:
            self._send_back(payment, refund, "refund_online")

    def _dispute(self, payment: Receipt, facts: DisputeFacts) -> None:
        dispute = self.uow.session.scalar(select(Dispute).where(Dispute.processor_id == facts.id))
        if dispute is None:
            dispute = self._open_dispute(payment, facts)
        action = settled(facts.status)
        if action is None or DISPUTE_STATES.find(action, dispute.state) is None:
            return
        known = arrivals.known(self.uow, facts.id)
        advance(self.uow, DISPUTE_STATES, dispute, action, _BY_SYSTEM, settled_at=self.uow.now())
        self.room.step(StepKind.RECEIPT, payment.id, f"{action}_dispute", None)
        if action == "lose":
            self._send_back(payment, facts, "lose_payment")
        elif known is not None:
            self._undo(known, WON, facts)
        self._announce(dispute, action)

    def _open_dispute(self, payment: Receipt, facts: DisputeFacts) -> Dispute:
        dispute = Dispute(
            processor_id=facts.id,
            receipt_id=payment.id,
            deal_id=payment.deal_id,
            state=DisputeState.OPEN,
            fen=facts.amount,
            cause=facts.reason[:80],
            opened_at=facts.created_at,
        )
        self.uow.session.add(dispute)
        self.uow.flush()
        self.room.step(StepKind.RECEIPT, payment.id, "open_dispute", None)
        self._announce(dispute, "open")
        return dispute

    def _send_back(self, payment: Receipt, what: RefundFacts | DisputeFacts, step: str) -> None:
        """Nothing is taken back of a payment that does not count, nor more than is left of it: that is for people to look at."""
        if payment.state is ReceiptState.REJECTED or what.amount > left_to_refund(self.uow.session, payment):
            self.outcome = Outcome.DIFFERS
            return
        seller = self.room.deal.seller_party_id
        refund = arrivals.record_refund(self.uow, payment, seller, self._arrived(what.amount, what.id, what))
        self.room.step(StepKind.RECEIPT, refund.id, step, seller)

    def _undo(self, refund: Receipt, reason: str, what: RefundFacts | DisputeFacts) -> None:
        """Before an official has verified it, it ends; afterwards the money that is there again is a payment of its own."""
        again = arrivals.came_back(what.id)
        if refund.state is ReceiptState.CONFIRMED:
            arrivals.undo(self.uow, refund, reason)
            self.room.step(StepKind.RECEIPT, refund.id, "undo", None, reason)
        elif refund.state is ReceiptState.VERIFIED and arrivals.known(self.uow, again) is None:
            milestone = self.uow.session.get_one(Milestone, refund.milestone_id)
            arrived = Arrived(what.amount, self.uow.now(), again, self.voucher())
            receipt = arrivals.record_payment(self.uow, milestone, self.room.deal.buyer_party_id, arrived)
            self.room.step(StepKind.RECEIPT, receipt.id, "pay_online", self.room.deal.buyer_party_id)

    def _arrived(self, amount: int, number: str, what: PaymentFacts | RefundFacts | DisputeFacts) -> Arrived:
        moment = what.paid_at if isinstance(what, PaymentFacts) else what.created_at
        return Arrived(amount, moment or self.uow.now(), number, self.voucher())

    def _announce(self, dispute: Dispute, action: str) -> None:
        self.uow.emit(DisputeMoved(dispute.id, dispute.receipt_id, dispute.deal_id, action, dispute.fen))
