"""The reading side of a deal's money: the lines of its plan with what was paid of each, and what the reader may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.deals.models import Deal, Offer, Step
from marketplace.deals.payment_service import PAYABLE
from marketplace.deals.policy import receipt_relations, require_visible
from marketplace.deals.rules import StepKind
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.states import Relation
from marketplace.ledger.queries import owed_by_buyer
from marketplace.organisations.models import Organisation
from marketplace.organisations.parties import PartyName, names_of
from marketplace.organisations.rules import OrganisationKind, OrganisationSize
from marketplace.payments.law import LegalTerm, latest_by_law
from marketplace.payments.models import Milestone, Receipt, RoyaltyStatement
from marketplace.payments.plan import milestones
from marketplace.payments.queries import left_to_refund
from marketplace.payments.rules import (
    LIVE,
    RECEIPT_STATES,
    STATEMENT_STATES,
    MilestoneKind,
    MilestoneState,
    Paid,
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
    """

    receipt: Receipt
    party: PartyName
    people: Mapping[str, str]
    actions: frozenset[str]
    twins: int
    refundable_fen: int


@dataclass(frozen=True)
class LineRow:
    """A line of the plan: what is paid (verified), what is left or on its way, and what the reader may do with it."""

    milestone: Milestone
    standing: Standing
    paid_fen: int
    left_fen: int
    receipts: tuple[ReceiptRow, ...]
    can_pay: bool
    can_set_day: bool
    can_invoice: bool
    beyond_law: LegalTerm | None


@dataclass(frozen=True)
class RoyaltyRow:
    """The figures of one period, and what the reader may answer."""

    statement: RoyaltyStatement
    actions: frozenset[str]


@dataclass(frozen=True)
class PaymentsPage:
    """The money of one deal, in fen; `royalty` are the terms that a royalty is agreed in, None without one."""

    deal: Deal
    relations: frozenset[Relation]
    seller: PartyName
    buyer: PartyName
    lines: tuple[LineRow, ...]
    royalties: tuple[RoyaltyRow, ...]
    royalty: Offer | None
    can_state: bool
    planned_fen: int
    paid_fen: int
    to_send_back_fen: int

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
    reader = _Reader(uow, deal, held, names_of(session, (deal.seller_party_id, deal.buyer_party_id)))
    receipts = session.scalars(select(Receipt).where(Receipt.deal_id == deal_id).order_by(Receipt.id)).all()
    lines = tuple(reader.line(one, receipts) for one in milestones(uow, deal_id))
    royalty = _royalty(session, deal_id)
    return PaymentsPage(
        deal=deal,
        relations=held,
        seller=reader.names[deal.seller_party_id],
        buyer=reader.names[deal.buyer_party_id],
        lines=lines,
        royalties=_royalties(session, deal_id, held),
        royalty=royalty,
        can_state=royalty is not None and reader.is_payable and Relation.BUYER in held,
        planned_fen=sum(_counted(line) for line in lines),
        paid_fen=sum(line.paid_fen for line in lines),
        to_send_back_fen=max(0, -owed_by_buyer(session, deal_id)),
    )


def _royalty(session: Session, deal_id: int) -> Offer | None:
    """The terms of the contract in force, where they name a royalty."""
    signed = (
        Document.deal_id == deal_id,
        Document.kind == DocumentKind.CONTRACT,
        Document.state == DocumentState.COMPLETE,
    )
    terms = select(Offer).join(Document, Document.offer_id == Offer.id).where(*signed, Offer.royalty_bp.is_not(None))
    return session.scalar(terms)


def _royalties(session: Session, deal_id: int, held: frozenset[Relation]) -> tuple[RoyaltyRow, ...]:
    found = select(RoyaltyStatement).where(RoyaltyStatement.deal_id == deal_id).order_by(RoyaltyStatement.id.desc())
    return tuple(
        RoyaltyRow(one, frozenset(action.action for action in STATEMENT_STATES.available(one.state, held)))
        for one in session.scalars(found)
    )


def _counted(line: LineRow) -> int:
    """A line that was cancelled counts for what was paid of it."""
    return line.paid_fen if line.standing is Standing.CANCELLED else line.milestone.fen


class _Reader:
    """Looks at one deal's money with the eyes of one actor."""

    def __init__(self, uow: UnitOfWork, deal: Deal, held: frozenset[Relation], names: Mapping[int, PartyName]) -> None:
        self.uow, self.deal, self.held, self.names = uow, deal, held, names
        self.is_payable = deal.state in PAYABLE
        self.today = china_day(uow.now())
        self.by_law = _by_law(uow.session, deal)

    def line(self, milestone: Milestone, receipts: Sequence[Receipt]) -> LineRow:
        of_line = [one for one in receipts if one.milestone_id == milestone.id]
        paid = _sum(of_line, {ReceiptState.VERIFIED}, {ReceiptState.VERIFIED})
        left = milestone.fen - _sum(of_line, LIVE, {ReceiptState.VERIFIED})
        is_open = self.is_payable and milestone.state is not MilestoneState.CANCELLED
        waits_for_event = milestone.trigger is Trigger.OTHER and milestone.kind is MilestoneKind.FIXED and left > 0
        return LineRow(
            milestone=milestone,
            standing=standing(
                milestone.state, milestone.fen, Paid(paid, milestone.fen - left), milestone.due_on, self.today
            ),
            paid_fen=paid,
            left_fen=left,
            receipts=tuple(self.receipt(one) for one in of_line),
            can_pay=is_open and left > 0 and Relation.BUYER in self.held,
            can_set_day=is_open and waits_for_event and Relation.SELLER in self.held,
            can_invoice=milestone.state is not MilestoneState.CANCELLED and Relation.SELLER in self.held,
            beyond_law=self._beyond_law(milestone, paid),
        )

    def receipt(self, receipt: Receipt) -> ReceiptRow:
        relations = receipt_relations(self.uow.actor, self.deal, receipt, self.held)
        is_paid = receipt.kind is ReceiptKind.PAYMENT and receipt.state is ReceiptState.VERIFIED
        may_refund = is_paid and self.is_payable and Relation.SELLER in self.held
        return ReceiptRow(
            receipt=receipt,
            party=self.names[receipt.party_id],
            people=self._people(receipt),
            actions=frozenset(one.action for one in RECEIPT_STATES.available(receipt.state, relations)),
            twins=self._twins(receipt) if Relation.OFFICIAL in relations else 0,
            refundable_fen=left_to_refund(self.uow.session, receipt) if may_refund else 0,
        )

    def _people(self, receipt: Receipt) -> dict[str, str]:
        """The names of who reported, confirmed and verified it."""
        ids = {
            "reported": receipt.reported_by_id,
            "confirmed": receipt.confirmed_by_id,
            "verified": receipt.verified_by_id,
        }
        users = select(User.id, User.name).where(User.id.in_([one for one in ids.values() if one]))
        names = {row.id: row.name for row in self.uow.session.execute(users)}
        return {what: names[user_id] for what, user_id in ids.items() if user_id in names}

    def _twins(self, receipt: Receipt) -> int:
        alike = (Receipt.voucher_sha256 == receipt.voucher_sha256) | (Receipt.bank_reference == receipt.bank_reference)
        same = (alike, Receipt.id != receipt.id, Receipt.state.in_(LIVE))
        return self.uow.session.scalar(select(func.count(Receipt.id)).where(*same)) or 0

    def _beyond_law(self, milestone: Milestone, paid: int) -> LegalTerm | None:
        """The legal term where the line is due later than it, or not paid although it has passed."""
        if self.by_law is None or paid >= milestone.fen or milestone.state is MilestoneState.CANCELLED:
            return None
        latest = self.by_law.latest
        is_late = self.today > latest or (milestone.due_on is not None and milestone.due_on > latest)
        return self.by_law if is_late else None


def _sum(
    receipts: Sequence[Receipt], payments: set[ReceiptState] | frozenset[ReceiptState], refunds: set[ReceiptState]
) -> int:
    paid = sum(one.fen for one in receipts if one.kind is ReceiptKind.PAYMENT and one.state in payments)
    return paid - sum(one.fen for one in receipts if one.kind is ReceiptKind.REFUND and one.state in refunds)


def _by_law(session: Session, deal: Deal) -> LegalTerm | None:
    """The legal term, where a large enterprise has accepted the delivery of a small or medium one."""
    delivered_on = _delivered_on(session, deal)
    if delivered_on is None:
        return None
    names = names_of(session, (deal.seller_party_id, deal.buyer_party_id))
    seller, buyer = (
        session.get(Organisation, names[party_id].organisation_id or 0)
        for party_id in (deal.seller_party_id, deal.buyer_party_id)
    )
    if seller is None or buyer is None or {seller.kind, buyer.kind} != {OrganisationKind.ENTERPRISE}:
        return None
    small = seller.size in {OrganisationSize.SMALL, OrganisationSize.MEDIUM}
    return latest_by_law(delivered_on) if small and buyer.size is OrganisationSize.LARGE else None


def _delivered_on(session: Session, deal: Deal) -> date | None:
    accepted = (Step.deal_id == deal.id, Step.kind == StepKind.DEAL, Step.action == "accept_delivery")
    at = session.scalar(select(Step.at).where(*accepted).order_by(Step.id.desc()).limit(1))
    return china_day(at) if at else None
