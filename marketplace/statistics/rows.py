"""The rows every figure is made of: one SELECT per rung with the same columns. All cuts and lists only add these up."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Select, String, case, cast, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import functions
from sqlalchemy.sql.compiler import SQLCompiler

from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import EntryKind
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
    """Columns: deal_id, dated (day in China), amount_fen, counted (1 for a signing, 0 for a termination), basis, seller,
    buyer, industry, month (2026-11)."""
    return _letters() if rung is Rung.A0 else _contracts()


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
    """A deal's earlier letters are replaced by its latest, as an amendment replaces a contract."""
    letter = (Document.kind == DocumentKind.LETTER_OF_INTENT) & (Document.state == DocumentState.COMPLETE)
    latest = select(func.max(Document.id)).where(letter).group_by(Document.deal_id)
    day = china_day(Document.completed_at)
    return (
        select(
            Document.deal_id.label("deal_id"),
            day.label("dated"),
            Document.amount_fen.label("amount_fen"),
            literal(1).label("counted"),
            Document.basis.label("basis"),
            *_deal_columns(day),
        )
        .join(Deal, Deal.id == Document.deal_id)
        .where(Document.id.in_(latest))
    )


def _deal_columns(day: ColumnElement[Any] | InstrumentedAttribute[Any]) -> tuple[ColumnElement[Any], ...]:
    return (
        Deal.seller_county.label("seller"),
        Deal.buyer_county.label("buyer"),
        Deal.industry.label("industry"),
        func.substr(cast(day, String), 1, 7).label("month"),
    )
