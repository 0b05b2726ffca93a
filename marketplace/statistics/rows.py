"""The rows every figure is made of: one SELECT per rung with the same columns. All cuts and lists only add these up."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, String, case, cast, func, literal, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import functions
from sqlalchemy.sql.compiler import SQLCompiler

from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import EntryKind
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.rules import ReceiptKind, ReceiptState
from marketplace.rewards.models import Payout, Reward
from marketplace.rewards.rules import PayoutState
from marketplace.statistics.rules import Rung


class china_day(functions.GenericFunction[Any]):  # noqa: N801 - a function of SQL is written like one
    """The calendar day in China of a UTC moment. China has kept UTC+8 without summer time since 1991."""

    type = Date()
    inherit_cache = True


@compiles(china_day, "sqlite")
def _china_day_sqlite(element: china_day, compiler: SQLCompiler, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, '+8 hours')"


@compiles(china_day, "postgresql")
def _china_day_postgresql(element: china_day, compiler: SQLCompiler, **options: Any) -> str:
    return f"date(({compiler.process(element.clauses, **options)}) AT TIME ZONE 'Asia/Shanghai')"


def rows_of(rung: Rung) -> Select[Any]:
    """Columns: deal_id, dated (day in China), amount_fen, counted (1 for a signing or payment, 0 for a termination or refund,
    -1 for a letter that was replaced), basis (of the contract), seller, buyer, industry, month (2026-11)."""
    return _ROWS[rung]()


def _contracts() -> Select[Any]:
    signed = case((Entry.kind == EntryKind.IN_FORCE, 1), else_=0)
    return select(
        Entry.deal_id.label("deal_id"),
        Entry.dated.label("dated"),
        Entry.amount_fen.label("amount_fen"),
        signed.label("counted"),
        Entry.basis.label("basis"),
        *_deal_columns(Entry.dated),
    ).join(Deal, Deal.id == Entry.deal_id)


def _letters() -> Select[Any]:
    """A later letter replaces a deal's earlier one: the earlier is booked off on the day of the later, never before it."""
    day = china_day(Document.completed_at)
    in_order = (Document.completed_at, Document.id)
    letters = (
        select(
            Document.deal_id,
            Document.amount_fen,
            Document.basis,
            day.label("signed"),
            func.lead(day, type_=Date()).over(partition_by=Document.deal_id, order_by=in_order).label("replaced"),
        )
        .where(Document.kind == DocumentKind.LETTER_OF_INTENT, Document.state == DocumentState.COMPLETE)
        .subquery()
    )
    of = letters.c
    signed = select(of.deal_id, of.signed.label("dated"), of.amount_fen, literal(1).label("counted"), of.basis)
    replaced = select(of.deal_id, of.replaced, -of.amount_fen, literal(-1), of.basis).where(of.replaced.is_not(None))
    rows = union_all(signed, replaced).subquery()
    return select(*rows.c, *_deal_columns(rows.c.dated)).join(Deal, Deal.id == rows.c.deal_id)


def _receipts() -> Select[Any]:
    """What was verified as received; a refund is negative on the day it arrived back."""
    is_payment = Receipt.kind == ReceiptKind.PAYMENT
    return (
        select(
            Receipt.deal_id.label("deal_id"),
            Receipt.received_on.label("dated"),
            case((is_payment, Receipt.fen), else_=-Receipt.fen).label("amount_fen"),
            case((is_payment, 1), else_=0).label("counted"),
            Document.basis.label("basis"),
            *_deal_columns(Receipt.received_on),
        )
        .join(Deal, Deal.id == Receipt.deal_id)
        .join(Milestone, Milestone.id == Receipt.milestone_id)
        .join(Document, Document.id == Milestone.document_id)
        .where(Receipt.state == ReceiptState.VERIFIED)
    )


def _payouts() -> Select[Any]:
    """What was paid to people, gross; what was taken back is negative on the day on which it was."""
    paid = select(
        Payout.reward_id, Payout.paid_on.label("dated"), Payout.gross_fen.label("fen"), literal(1).label("counted")
    )
    back = select(Payout.reward_id, Payout.reversed_on, -Payout.gross_fen, literal(-1)).where(
        Payout.state == PayoutState.REVERSED
    )
    rows = union_all(paid, back).subquery()
    return (
        select(
            Reward.deal_id.label("deal_id"),
            rows.c.dated,
            rows.c.fen.label("amount_fen"),
            rows.c.counted,
            Document.basis.label("basis"),
            *_deal_columns(rows.c.dated),
        )
        .select_from(rows)
        .join(Reward, Reward.id == rows.c.reward_id)
        .join(Deal, Deal.id == Reward.deal_id)
        .join(Receipt, Receipt.id == Reward.receipt_id)
        .join(Milestone, Milestone.id == Receipt.milestone_id)
        .join(Document, Document.id == Milestone.document_id)
    )


_ROWS: Mapping[Rung, Callable[[], Select[Any]]] = {
    Rung.A0: _letters,
    Rung.A1: _contracts,
    Rung.A4: _receipts,
    Rung.A6: _payouts,
}


def _deal_columns(day: ColumnElement[Any] | InstrumentedAttribute[Any]) -> tuple[ColumnElement[Any], ...]:
    return (
        Deal.seller_county.label("seller"),
        Deal.buyer_county.label("buyer"),
        Deal.industry.label("industry"),
        func.substr(cast(day, String), 1, 7).label("month"),
    )
