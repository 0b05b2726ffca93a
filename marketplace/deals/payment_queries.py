"""The reading side of a deal's money: the lines of its plan with what was paid of each, and what the reader may do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.queries import names_of_users
from marketplace.bank.rules import Found
from marketplace.contracts.change_service import on_the_table
from marketplace.contracts.models import Document
from marketplace.contracts.royalties import scheduled
from marketplace.deals.bank_queries import bank_evidence
from marketplace.deals.legal_terms import legal_terms
from marketplace.deals.models import Deal
from marketplace.deals.policy import receipt_relations, require_visible
from marketplace.deals.royalty_terms import RoyaltySpan, agreed_royalties, royalty_schedule, royalty_spans
from marketplace.deals.rules import PAYABLE
from marketplace.deals.use_first import FreeUse, open_use
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.states import Relation
from marketplace.ledger.queries import owed_by_buyers
from marketplace.online.models import Dispute, OnlineAccount
from marketplace.online.queries import accounts_paid_on, disputes_of, payable_account
from marketplace.online.rules import LARGEST_FEN, DisputeState
from marketplace.organisations.parties import PartyName, names_of
from marketplace.payments.law import LegalTerm
from marketplace.payments.models import Milestone, Receipt, RoyaltyStatement
from marketplace.payments.plan import milestones
from marketplace.payments.queries import paid_by_line, refunded, twins
from marketplace.payments.rules import (
    RECEIPT_STATES,
    STATEMENT_STATES,
    UNPAID,
    MilestoneKind,
    MilestoneState,
    ReceiptKind,
    ReceiptState,
    Standing,
    Trigger,
    standing,
)


@dataclass(frozen=True)
class ReceiptRow:
    """A payment or refund as its line shows it, with what the reader may do with it.

    `twins` counts other payments with the same voucher or number at the bank; `refundable_fen` is what the reader may send back.
    `account` is where an online payment went; `bank` are lines of bank statements that an official may compare.
    """

    receipt: Receipt
    party: PartyName
    reported_by: str
    confirmed_by: str
    verified_by: str
    actions: frozenset[str]
    twins: int
    refundable_fen: int
    disputes: Sequence[Dispute]
    bank: Sequence[Found]
    account: OnlineAccount | None


@dataclass(frozen=True)
class LineRow:
    """A line of the plan: what is paid (verified), what is left or on its way, and what the reader may do with it."""

    milestone: Milestone
    standing: Standing
    paid_fen: int
    left_fen: int
    receipts: tuple[ReceiptRow, ...]
    overpaid_fen: int
    can_pay: bool
    can_pay_online: bool
    can_set_day: bool
    can_invoice: bool
    beyond_law: LegalTerm | None
    agreed_in: Document | None
    """The amendment or termination agreement that put it into the plan; None for the contract itself."""


@dataclass(frozen=True)
class RoyaltyRow:
    """The figures of one period, what the royalty is taken of by what was agreed for it, and what the reader may answer."""

    statement: RoyaltyStatement
    base: str
    actions: frozenset[str]


@dataclass(frozen=True)
class PaymentsPage:
    """The money of one deal, in fen; `agreed` is the royalty of the contract in force, and what amendments make of it from when
    on; nothing where there is none."""

    deal: Deal
    relations: frozenset[Relation]
    seller: PartyName
    buyer: PartyName
    lines: tuple[LineRow, ...]
    royalties: tuple[RoyaltyRow, ...]
    agreed: tuple[RoyaltySpan, ...]
    can_state: bool
    planned_fen: int
    paid_fen: int
    to_send_back_fen: int
    change: Document | None
    """The amendment or termination agreement that is on the table."""
    use: FreeUse | None
    """The use without payment that the buyer gives up his right to end by paying; None once he has, or where none is agreed."""

    def line(self, milestone_id: int) -> LineRow | None:
        """The line of this id."""
        return next((line for line in self.lines if line.milestone.id == milestone_id), None)

    def row(self, receipt_id: int) -> ReceiptRow | None:
        """The payment or refund of this id."""
        return next((row for line in self.lines for row in line.receipts if row.receipt.id == receipt_id), None)


def payments_page(uow: UnitOfWork, deal_id: int) -> PaymentsPage:
    """The plan of one deal. Raises NotFound when it is not there or not for this actor to know of."""
    session = uow.session
    deal, held = require_visible(session, uow.actor, session.get(Deal, deal_id))
    reader = _Reader(uow, deal, held)
    lines = tuple(reader.line(one) for one in milestones(uow, deal_id))
    schedule = royalty_schedule(session, deal_id)
    return PaymentsPage(
        deal=deal,
        relations=held,
        seller=reader.names[deal.seller_party_id],
        buyer=reader.names[deal.buyer_party_id],
        lines=lines,
        royalties=_royalties(session, deal_id, held) if schedule else (),
        agreed=royalty_spans(session, schedule),
        can_state=schedule is not None and reader.is_payable and Relation.BUYER in held,
        planned_fen=sum(_counted(line) for line in lines),
        paid_fen=sum(line.paid_fen for line in lines),
        to_send_back_fen=max(0, -owed_by_buyers(session, [deal_id]).get(deal_id, 0)),
        change=on_the_table(session, deal_id),
        use=open_use(uow, deal),
    )


def _royalties(session: Session, deal_id: int, held: frozenset[Relation]) -> tuple[RoyaltyRow, ...]:
    """Beside what each was reckoned of: what held when it was stated, also if the contract turned out to have ended before."""
    schedule = scheduled(agreed_royalties(session, deal_id))
    found = select(RoyaltyStatement).where(RoyaltyStatement.deal_id == deal_id).order_by(RoyaltyStatement.id.desc())
    return tuple(
        RoyaltyRow(
            one,
            schedule.on(one.first_on).royalty.base,
            frozenset(action.action for action in STATEMENT_STATES.available(one.state, held)),
        )
        for one in session.scalars(found)
    )


def _counted(line: LineRow) -> int:
    """A line that was cancelled counts for what was paid of it."""
    return line.paid_fen if line.standing is Standing.CANCELLED else line.milestone.fen


class _Reader:
    """Looks at one deal's money with the eyes of one actor. Whatever the receipts need is read once for all of them."""

    def __init__(self, uow: UnitOfWork, deal: Deal, held: frozenset[Relation]) -> None:
        session = uow.session
        self.uow, self.deal, self.held = uow, deal, held
        self.is_payable = deal.state in PAYABLE
        self.today = china_day(uow.now())
        self.names = names_of(session, (deal.seller_party_id, deal.buyer_party_id))
        self.by_law = legal_terms(session, [deal]).get(deal.id)
        self.receipts = session.scalars(select(Receipt).where(Receipt.deal_id == deal.id).order_by(Receipt.id)).all()
        self.paid = paid_by_line(session, [deal.id])
        self.refunded = refunded(session, [one.id for one in self.receipts])
        self.twins = twins(session, deal.id) if Relation.OFFICIAL in held else {}
        self.disputes = disputes_of(session, deal.id)
        self.accounts = accounts_paid_on(session, deal.id)
        seller_id = self.names[deal.seller_party_id].organisation_id
        is_on = uow.services.processor is not None
        self.can_be_paid_online = is_on and payable_account(session, seller_id) is not None
        self.bank = bank_evidence(uow, deal) if Relation.OFFICIAL in held else {}
        doers = [(one.reported_by_id, one.confirmed_by_id, one.verified_by_id) for one in self.receipts]
        self.people = names_of_users(session, {user_id for ids in doers for user_id in ids})

    def line(self, milestone: Milestone) -> LineRow:
        paid = self.paid.get(milestone.id, UNPAID)
        left = milestone.fen - paid.with_reported
        is_open = self.is_payable and milestone.state is not MilestoneState.CANCELLED
        can_pay = is_open and left > 0 and Relation.BUYER in self.held
        waits_for_event = milestone.trigger is Trigger.OTHER and milestone.kind is MilestoneKind.FIXED and left > 0
        return LineRow(
            milestone=milestone,
            standing=standing(milestone.state, milestone.fen, paid, milestone.due_on, self.today),
            paid_fen=paid.verified,
            left_fen=max(0, left),
            overpaid_fen=max(0, -left),
            receipts=tuple(self.receipt(one) for one in self.receipts if one.milestone_id == milestone.id),
            can_pay=can_pay,
            can_pay_online=can_pay and self.can_be_paid_online and left <= LARGEST_FEN,
            can_set_day=is_open and waits_for_event and Relation.SELLER in self.held,
            can_invoice=milestone.state is not MilestoneState.CANCELLED and Relation.SELLER in self.held,
            beyond_law=self._beyond_law(milestone, paid.verified),
            agreed_in=self.uow.session.get(Document, milestone.amendment_id) if milestone.amendment_id else None,
        )

    def receipt(self, receipt: Receipt) -> ReceiptRow:
        relations = receipt_relations(self.uow.actor, self.deal, receipt, self.held)
        is_paid = receipt.kind is ReceiptKind.PAYMENT and receipt.state is ReceiptState.VERIFIED
        may_refund = is_paid and self.is_payable and Relation.SELLER in self.held
        return ReceiptRow(
            receipt=receipt,
            party=self.names[receipt.party_id],
            reported_by=self.people.get(receipt.reported_by_id, ""),
            confirmed_by=self.people.get(receipt.confirmed_by_id, ""),
            verified_by=self.people.get(receipt.verified_by_id, ""),
            actions=self._actions(receipt, relations),
            twins=self.twins.get(receipt.id, 0),
            refundable_fen=receipt.fen - self.refunded.get(receipt.id, 0) if may_refund else 0,
            disputes=self.disputes.get(receipt.id, ()),
            bank=self.bank.get(receipt.id, ()),
            account=self.accounts.get(receipt.refund_of_id or receipt.id),
        )

    def _actions(self, receipt: Receipt, relations: frozenset[Relation]) -> frozenset[str]:
        """A disputed payment is not verified, nor a refund before its payment."""
        actions = frozenset(one.action for one in RECEIPT_STATES.available(receipt.state, relations))
        payment = next((one for one in self.receipts if one.id == receipt.refund_of_id), None)
        waits = payment is not None and payment.state is not ReceiptState.VERIFIED
        disputed = any(one.state is DisputeState.OPEN for one in self.disputes.get(receipt.id, ()))
        return actions - {"verify"} if waits or disputed else actions

    def _beyond_law(self, milestone: Milestone, paid: int) -> LegalTerm | None:
        """The legal term where the line is due later than it, or not paid although it has passed."""
        if self.by_law is None or paid >= milestone.fen or milestone.state is MilestoneState.CANCELLED:
            return None
        latest = self.by_law.latest
        is_late = self.today > latest or (milestone.due_on is not None and milestone.due_on > latest)
        return self.by_law if is_late else None
