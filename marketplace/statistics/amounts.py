"""The rows of the amount ladder, one SELECT for each rung. Amounts are in fen with tax."""

from typing import Any

from sqlalchemy import CompoundSelect, Date, Select, case, func, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import EntryKind
from marketplace.infra.database import UtcDateTime
from marketplace.ledger.models import Transfer
from marketplace.ledger.rules import TransferKind
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.rules import MilestoneKind, ReceiptKind, ReceiptState
from marketplace.registrations.models import RegistrationEntry
from marketplace.registrations.rules import RecordKind
from marketplace.rewards.models import Payout, Reward
from marketplace.statistics.rows import (
    LETTER_DIMENSIONS,
    Column,
    Rows,
    along_contract,
    along_receipt,
    along_reward,
    facts,
    labelled,
    of_deal,
    source,
    taken_back,
)


def letters() -> Rows:
    """A0. A later letter replaces a deal's earlier one: the earlier is booked off on the day of the later, never before it."""
    window: dict[str, Any] = {"partition_by": Document.deal_id, "order_by": (Document.completed_at, Document.id)}
    of = (
        select(
            Document.id,
            Document.deal_id,
            Document.amount_fen,
            Document.basis,
            Document.contract_type,
            Document.signed_on,
            Document.completed_at,
            func.lead(Document.signed_on, type_=Date()).over(**window).label("replaced_on"),
            func.lead(Document.completed_at, type_=UtcDateTime()).over(**window).label("replaced_at"),
        )
        .where(Document.kind == DocumentKind.LETTER_OF_INTENT, Document.state == DocumentState.COMPLETE)
        .subquery()
        .c
    )

    def row(kind: str, day: ColumnElement[Any], at: ColumnElement[Any], sign: int) -> Select[Any]:
        columns = facts(source(kind, of.id), of.deal_id, day, at, sign * of.amount_fen, counted=sign)
        return select(*columns, of.contract_type, of.basis)

    replaced = row("letter_replaced", of.replaced_on, of.replaced_at, -1).where(of.replaced_at.is_not(None))
    return _with_deal(union_all(row("letter", of.signed_on, of.completed_at, 1), replaced))


def contracts() -> Rows:
    """A1. The dated entries of each contract family."""
    signed = case((Entry.kind == EntryKind.IN_FORCE, 1), else_=0)
    named = source("entry", Entry.id)
    columns = facts(named, Entry.deal_id, Entry.dated, Entry.recorded_at, Entry.amount_fen, counted=signed)
    dimensions = labelled(of_deal(Entry.dated, Document.contract_type, Document.basis))
    return along_contract(select(*columns, *dimensions), Entry.deal_id)


def registered_totals() -> Rows:
    """A2. The total of each certificate, and what later papers of the registrar changed of it on their own day."""
    return _registered(RegistrationEntry.a2_fen)


def registered_technology() -> Rows:
    """A3. The same, less equipment and materials."""
    return _registered(RegistrationEntry.a3_fen)


def _registered(fen: Column) -> Rows:
    counted = case({RecordKind.CERTIFICATE: 1, RecordKind.CANCELLATION: -1}, value=RegistrationEntry.kind, else_=0)
    columns = facts(
        source("registration_entry", RegistrationEntry.id),
        RegistrationEntry.deal_id,
        RegistrationEntry.dated,
        RegistrationEntry.recorded_at,
        fen,
        counted=counted,
    )
    dimensions = labelled(of_deal(RegistrationEntry.dated, Document.contract_type, Document.basis))
    return along_contract(select(*columns, *dimensions), RegistrationEntry.deal_id)


def receipts() -> Rows:
    """A4. What was verified as received; a refund is negative on the day it arrived back."""
    is_payment = Receipt.kind == ReceiptKind.PAYMENT
    rows = select(
        *facts(
            source("receipt", Receipt.id),
            Receipt.deal_id,
            Receipt.received_on,
            Receipt.verified_at,
            case((is_payment, Receipt.fen), else_=-Receipt.fen),
            counted=case((is_payment, 1), else_=0),
        ),
        *labelled(of_deal(Receipt.received_on, Document.contract_type, Document.basis)),
    )
    return along_receipt(rows).where(Receipt.state == ReceiptState.VERIFIED)


def royalties() -> Rows:
    """A4r. Of the same, what was paid as the royalty of a period."""
    return receipts().where(Milestone.kind == MilestoneKind.ROYALTY)


def net_income() -> Rows:
    """A5. The receipts, less the costs that were agreed on when their reward was approved, on the day of the receipt."""
    sign = {TransferKind.DEDUCTION: -1, TransferKind.RESTORED: 1}
    costs = select(
        *facts(
            source("transfer", Transfer.id),
            Transfer.deal_id,
            Receipt.received_on,
            Transfer.at,
            case(sign, value=Transfer.kind) * Transfer.fen,
            counted=0,
        ),
        *labelled(of_deal(Receipt.received_on, Document.contract_type, Document.basis)),
    ).join(Reward, source("reward", Reward.id) == Transfer.source)
    return select(union_all(receipts(), along_reward(costs).where(Transfer.kind.in_(sign))).subquery())


def payouts() -> Rows:
    """A6. What was paid to people, gross; what was taken back is negative on the day on which it was."""
    paid = _of_payouts("payout", Payout.paid_on, Payout.recorded_at, Payout.gross_fen, 1)
    back = _of_payouts("payout_back", Payout.reversed_on, Transfer.at, -Payout.gross_fen, -1)
    return select(union_all(paid, back.join(Transfer, taken_back())).subquery())


def _of_payouts(kind: str, dated: Column, known_at: Column, fen: Column, counted: int) -> Rows:
    columns = facts(source(kind, Payout.id), Reward.deal_id, dated, known_at, fen, counted=counted)
    dimensions = labelled(of_deal(dated, Document.contract_type, Document.basis))
    return along_reward(select(*columns, *dimensions).join(Reward, Reward.id == Payout.reward_id))


def _with_deal(rows: CompoundSelect[Any]) -> Rows:
    """Rows that carry the type of their contract and its basis, with the dimensions of their deal."""
    of = rows.subquery().c
    columns = (of.source, of.deal_id, of.dated, of.known_at, of.value, of.whole, of.counted)
    dimensions = of_deal(of.dated, of.contract_type, of.basis)
    kept = labelled({one: dimensions[one] for one in LETTER_DIMENSIONS})
    return select(*columns, *kept).join(Deal, Deal.id == of.deal_id)
