"""What the rows of every figure have in common. All cuts, lists and shares only add such rows up.

A row never changes once it is known: a correction is another row, known later. So the rows known at a moment of the past are
the same whenever they are asked for.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, String, and_, cast, func, literal, null, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql import functions
from sqlalchemy.sql.compiler import SQLCompiler

from marketplace.contracts.models import Document
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import EntryKind
from marketplace.infra.database import EnumText, UtcDateTime
from marketplace.ledger.models import Transfer
from marketplace.ledger.rules import TransferKind
from marketplace.payments.models import Milestone, Receipt
from marketplace.rewards.models import Payout, Reward
from marketplace.statistics.rules import Dimension

FACTS = ("source", "deal_id", "dated", "known_at", "value", "whole", "counted")
"""The columns of every row, before its dimensions.

- source: the record it rests on, such as `receipt:12`; one row of a figure for each
- deal_id: the deal it leads to, or nothing
- dated: the day in China by which it falls into a period; known_at: the UTC moment since which it is on record
- value: fen or a number, negative where something is taken off; whole: of a share, what it is a share of
- counted: 1 for what is counted, 0 for what only corrects an amount, -1 for what no longer counts
"""

Column = ColumnElement[Any] | InstrumentedAttribute[Any]
Rows = Select[Any]


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


class days_later(functions.GenericFunction[Any]):  # noqa: N801 - a function of SQL is written like one
    """A UTC moment so many whole days later."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(days_later, "sqlite")
def _days_later_sqlite(element: days_later, compiler: SQLCompiler, **options: Any) -> str:
    moment, days = (compiler.process(clause, **options) for clause in element.clauses)
    # Its seconds have but three decimals; those that are kept have six.
    return f"strftime('%Y-%m-%d %H:%M:%S', {moment}, '+' || {days} || ' days') || substr({moment}, 20)"


@compiles(days_later, "postgresql")
def _days_later_postgresql(element: days_later, compiler: SQLCompiler, **options: Any) -> str:
    moment, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({moment}) + make_interval(days => {days})"


def source(kind: str, id_: Column) -> ColumnElement[str]:
    """The name of a record, such as `receipt:12`."""
    return literal(kind + ":").concat(cast(id_, String)).label("source")


def facts(
    named: ColumnElement[str],
    deal_id: Column | None,
    dated: Column,
    known_at: Column,
    value: Column | int,
    *,
    counted: Column | int = 1,
    whole: Column | int = 0,
) -> tuple[ColumnElement[Any], ...]:
    """The columns of FACTS in their order."""
    return (
        named.label("source"),
        (cast(null(), Integer) if deal_id is None else deal_id).label("deal_id"),
        dated.label("dated"),
        known_at.label("known_at"),
        _number(value).label("value"),
        _number(whole).label("whole"),
        _number(counted).label("counted"),
    )


def _number(value: Column | int) -> Column:
    return literal(value) if isinstance(value, int) else value


def month_of(day: Column) -> ColumnElement[Any]:
    """The month of a day, as 2026-11."""
    return func.substr(cast(day, String), 1, 7)


def year_of(day: Column) -> ColumnElement[Any]:
    """The year of a day, as 2026."""
    return func.substr(cast(day, String), 1, 4)


def of_deal(day: Column, contract_type: Column, basis: Column) -> Mapping[Dimension, Column]:
    """The dimensions a deal gives to its rows; they were settled when it was opened or signed, so that no later move of a unit
    rewrites a figure."""
    return {
        Dimension.SELLER: Deal.seller_county,
        Dimension.BUYER: Deal.buyer_county,
        Dimension.INDUSTRY: Deal.industry,
        Dimension.CATEGORY: Deal.category,
        Dimension.CONTRACT_TYPE: contract_type,
        Dimension.BASIS: basis,
        Dimension.ORIGIN: Deal.origin,
        Dimension.COHORT: year_of(Deal.in_force_on),
        Dimension.MONTH: month_of(day),
        Dimension.ORGANISATION: Deal.seller_party_id,
        Dimension.BASE: Deal.base_id,
    }


def along_contract(rows: Rows, deal_id: Column) -> Rows:
    """From rows of a deal on to it, and to the contract that came into force: an amendment or termination signed otherwise is cut
    as the contract is."""
    return on_to_contract(rows.join(Deal, Deal.id == deal_id))


def on_to_contract(rows: Rows) -> Rows:
    """From deals on to the contract that came into force."""
    signed = aliased(Entry)
    came_into_force = and_(signed.deal_id == Deal.id, signed.kind == EntryKind.IN_FORCE)
    return rows.join(signed, came_into_force).join(Document, Document.id == signed.document_id)


def along_receipt(rows: Rows) -> Rows:
    """From receipts on to their deal, and to the contract whose plan they are paid by."""
    return (
        rows.join(Deal, Deal.id == Receipt.deal_id)
        .join(Milestone, Milestone.id == Receipt.milestone_id)
        .join(Document, Document.id == Milestone.document_id)
    )


def along_reward(rows: Rows) -> Rows:
    """From rewards on to the receipt that triggered them, and further."""
    return along_receipt(rows.join(Receipt, Receipt.id == Reward.receipt_id))


def taken_back() -> ColumnElement[bool]:
    """The ledger's row of a payout that was taken back: it tells when that came on record."""
    return and_(Transfer.source == source("payout", Payout.id), Transfer.kind == TransferKind.PAYOUT_BACK)


def labelled(dimensions: Mapping[Dimension, Column]) -> tuple[ColumnElement[Any], ...]:
    """The columns of dimensions, each under its own name and as it is stored: to make members of enums out of hundreds of
    thousands of rows would take longer than to read them."""
    return tuple(_as_stored(column).label(dimension.value) for dimension, column in dimensions.items())


def _as_stored(column: Column) -> Column:
    return type_coerce(column, String) if isinstance(column.type, EnumText) else column


DEAL_DIMENSIONS = (
    Dimension.SELLER,
    Dimension.BUYER,
    Dimension.INDUSTRY,
    Dimension.CATEGORY,
    Dimension.CONTRACT_TYPE,
    Dimension.BASIS,
    Dimension.ORIGIN,
    Dimension.COHORT,
    Dimension.MONTH,
    Dimension.ORGANISATION,
    Dimension.BASE,
)
"""What every figure about contracts may be cut by."""

OPENING_DIMENSIONS = (
    Dimension.SELLER,
    Dimension.BUYER,
    Dimension.INDUSTRY,
    Dimension.CATEGORY,
    Dimension.ORIGIN,
    Dimension.ORGANISATION,
    Dimension.BASE,
)
"""What is settled when a deal opens, before there is a contract."""

STOCK_DIMENSIONS = tuple(one for one in DEAL_DIMENSIONS if one is not Dimension.MONTH)
"""How things stand is of no month: what has begun in one month may end in another."""

LETTER_DIMENSIONS = tuple(one for one in DEAL_DIMENSIONS if one is not Dimension.COHORT)
"""A letter comes before the year of signing is known."""
