"""Use cases on the money of a deal: lines that fall due, invoices, payments and refunds by bank transfer.

The lines and payments themselves are changed by the payments below; here the deal is locked and its history written, in the same
transaction.
"""

from datetime import date

from marketplace.contracts.models import Settlement
from marketplace.deals.policy import receipt_relations
from marketplace.deals.room import Room, enter, enter_by_milestone, enter_by_receipt
from marketplace.deals.royalty_terms import royalty_schedule
from marketplace.deals.rules import PAYABLE, StepKind
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.online.queries import is_disputed
from marketplace.payments import plan, royalties, service
from marketplace.payments.models import Milestone, Receipt, RoyaltyStatement
from marketplace.payments.queries import in_flight, net_fixed_receipts, unpaid_lines
from marketplace.payments.royalties import Figures
from marketplace.payments.rules import Instalment, ReceiptKind, Trigger
from marketplace.payments.service import Transferred

SETTLEMENT = "合同终止后结清"


def fall_due(uow: UnitOfWork, milestone_id: int, due_on: date) -> Milestone:
    """The seller says that the event a line waits for has happened, and until which day it is to be paid; or puts it off.

    Raises NotFound, NotPermitted, Conflict, InvalidInput.
    """
    room, milestone = enter_by_milestone(uow, milestone_id)
    room.require_state(*PAYABLE)
    plan.fall_due(uow, milestone, room.relations, due_on)
    room.step(StepKind.MILESTONE, milestone.id, "fall_due", room.speaks_for())
    return milestone


def invoice(uow: UnitOfWork, milestone_id: int, number: str, vat_fen: int) -> Milestone:
    """The seller notes the invoice of a line and the tax in it. Raises NotFound, NotPermitted, Conflict, InvalidInput."""
    room, milestone = enter_by_milestone(uow, milestone_id)
    party_id = _require_side(room, room.deal.seller_party_id)
    plan.invoice(uow, milestone, number, vat_fen)
    room.step(StepKind.MILESTONE, milestone.id, "invoice", party_id)
    return milestone


def report_payment(uow: UnitOfWork, milestone_id: int, transferred: Transferred) -> Receipt:
    """The buyer says that it has sent money for a line. Raises NotFound, NotPermitted, Conflict, InvalidInput."""
    room, milestone = enter_by_milestone(uow, milestone_id)
    room.require_state(*PAYABLE)
    party_id = _require_side(room, room.deal.buyer_party_id)
    receipt = service.report_payment(uow, milestone, party_id, china_day(room.deal.opened_at), transferred)
    room.step(StepKind.RECEIPT, receipt.id, "report_payment", party_id)
    return receipt


def report_refund(uow: UnitOfWork, payment_id: int, transferred: Transferred) -> Receipt:
    """The seller says that it has sent a payment back. Raises NotFound, NotPermitted, Conflict, InvalidInput."""
    room, payment = enter_by_receipt(uow, payment_id)
    room.require_state(*PAYABLE)
    party_id = _require_side(room, room.deal.seller_party_id)
    receipt = service.report_refund(uow, payment, party_id, transferred)
    room.step(StepKind.RECEIPT, receipt.id, "report_refund", party_id)
    return receipt


def confirm(uow: UnitOfWork, receipt_id: int, received_on: date) -> Receipt:
    """The side it was sent to says that the money has arrived. Raises NotFound, NotPermitted, Conflict, InvalidInput."""
    room, receipt = enter_by_receipt(uow, receipt_id)
    relations = receipt_relations(uow.actor, room.deal, receipt, room.relations)
    across = _across(room, receipt)
    service.confirm(uow, receipt, relations, across, received_on)
    room.step(StepKind.RECEIPT, receipt.id, "confirm", across)
    return receipt


def end(uow: UnitOfWork, receipt_id: int, action: str, reason: str = "") -> Receipt:
    """Take a report out of the account: `refuse`, `withdraw`, or as an official `reject`.

    Raises NotFound, NotPermitted, Conflict, InvalidInput.
    """
    room, receipt = enter_by_receipt(uow, receipt_id)
    relations = receipt_relations(uow.actor, room.deal, receipt, room.relations)
    party_id = None if action == "reject" else room.own_party()
    service.end(uow, receipt, relations, action, party_id, reason)
    room.step(StepKind.RECEIPT, receipt.id, action, party_id, receipt.reason)
    return receipt


def verify(uow: UnitOfWork, receipt_id: int) -> Receipt:
    """An official of either county, without a stake in the deal, has compared the voucher: the amount counts as received (A4)."""
    room, receipt = enter_by_receipt(uow, receipt_id)
    if is_disputed(uow.session, receipt.id):
        raise Conflict(N_("The payer's bank disputes this payment. Wait until the dispute is settled."))
    service.verify(uow, receipt, receipt_relations(uow.actor, room.deal, receipt, room.relations))
    room.step(StepKind.RECEIPT, receipt.id, "verify", None)
    return receipt


def state_royalty(uow: UnitOfWork, deal_id: int, figures: Figures) -> RoyaltyStatement:
    """The buyer states what the royalty of a period is taken of, by the share that holds in it.

    Raises NotFound, NotPermitted, Conflict, InvalidInput, also for a period within which another royalty begins.
    """
    room = enter(uow, deal_id)
    room.require_state(*PAYABLE)
    party_id = _require_side(room, room.deal.buyer_party_id)
    schedule = royalty_schedule(uow.session, deal_id)
    if schedule is None:
        raise Conflict(N_("No royalty is agreed in this deal."))
    began = room.deal.in_force_on or china_day(room.deal.opened_at)
    share_bp = schedule.of_period(figures.first_on, figures.last_on).royalty.share_bp
    statement = royalties.state(uow, deal_id, schedule.phases[0].document_id, share_bp, began, figures)
    room.step(StepKind.ROYALTY, statement.id, "state", party_id, statement.note)
    return statement


def answer_royalty(uow: UnitOfWork, statement_id: int, action: str, reason: str = "") -> RoyaltyStatement:
    """The seller agrees to the figures of a period or objects. What was stated before an end on paper came on record may reach
    past it: to that he can only object.

    Raises NotFound, NotPermitted, Conflict, InvalidInput.
    """
    room = enter(uow, royalties.fetch(uow, statement_id).deal_id)
    statement = royalties.fetch(uow, statement_id)
    schedule = royalty_schedule(uow.session, room.deal.id) if action == "agree" else None
    if schedule is not None:
        schedule.require_until(statement.last_on)
    royalties.answer(uow, statement, room.relations, action, reason)
    room.step(StepKind.ROYALTY, statement.id, action, room.deal.seller_party_id, statement.reason)
    return statement


def require_all_paid(room: Room) -> None:
    """Raise Conflict while a line of the plan is not paid in full, or money is on its way."""
    session, deal_id = room.uow.session, room.deal.id
    if unpaid_lines(session, [deal_id]) or in_flight(session, [deal_id]):
        raise Conflict(N_("Not everything is paid and verified yet. The payment plan shows what is left."))


def settle(room: Room, document_id: int, payable_fen: int, settlement: Settlement | None = None) -> None:
    """End the plan of a contract: the lines of its fixed price are closed, paid or not, so that a refund opens none of them; what
    the termination leaves payable becomes a line of its own, due on the day the parties agreed on, if they did. Royalties that
    are agreed stay due.

    Raises Conflict while a payment waits for somebody: whether it counts has to be known first.
    """
    uow, deal_id = room.uow, room.deal.id
    if in_flight(uow.session, [deal_id]):
        raise Conflict(N_("A payment waits to be confirmed or verified. Settle that first."))
    for milestone in plan.fixed_lines(uow, deal_id):
        plan.cancel(uow, milestone)
    left = payable_fen - net_fixed_receipts(uow.session, deal_id)
    if left > 0:
        ground = plan.Ground(deal_id, document_id, settlement.document_id if settlement else None)
        day = settlement.settle_on if settlement else None
        line = Instalment(left, SETTLEMENT, Trigger.DAY if day else Trigger.OTHER, day=day)
        plan.make_plan(uow, ground, (line,), {})


def _require_side(room: Room, party_id: int) -> int:
    if not room.uow.actor.acts_for(party_id):
        raise NotPermitted(N_("This is for the other party of the deal to do."))
    return party_id


def _across(room: Room, receipt: Receipt) -> int:
    deal = room.deal
    return deal.seller_party_id if receipt.kind is ReceiptKind.PAYMENT else deal.buyer_party_id
