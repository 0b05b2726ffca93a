"""Adds up the rows of a rung: totals, cuts and the list behind a figure. Every cut of a filter adds up to its total."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from marketplace.contracts.rules import Basis
from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.listings.rules import Industry
from marketplace.organisations.parties import names_of
from marketplace.statistics.policy import in_scope
from marketplace.statistics.rows import rows_of
from marketplace.statistics.rules import Dimension, Period, Rung


@dataclass(frozen=True)
class Figure:
    """An amount in fen with the number of signings it rests on."""

    fen: int = 0
    count: int = 0


@dataclass(frozen=True)
class Filter:
    """Which rows are meant; `values` fixes dimensions (None is 未填)."""

    rung: Rung
    period: Period
    values: Mapping[Dimension, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One row behind a figure: a contract's entry or a letter of intent, with its deal. The amount is in fen."""

    deal_id: int
    title: str
    seller_name: str
    buyer_name: str
    seller: str | None
    buyer: str | None
    industry: Industry | None
    dated: date
    basis: Basis
    fen: int
    counted: int


def total(uow: UnitOfWork, wanted: Filter) -> Figure:
    """The figure itself: every deal once."""
    rows = _rows(uow, wanted).subquery()
    fen, count = uow.session.execute(select(func.sum(rows.c.amount_fen), func.sum(rows.c.counted))).one()
    return Figure(int(fen or 0), int(count or 0))


def cut(uow: UnitOfWork, wanted: Filter, dimension: Dimension) -> dict[str | None, Figure]:
    """The figure by one dimension; the parts add up to the total, what has no value stands under None."""
    rows = _rows(uow, wanted).subquery()
    key = rows.c[dimension.value]
    statement = select(key, func.sum(rows.c.amount_fen), func.sum(rows.c.counted)).group_by(key)
    return {value: Figure(int(fen), int(count)) for value, fen, count in uow.session.execute(statement)}


def within(uow: UnitOfWork, wanted: Filter) -> dict[str | None, Figure]:
    """By county, what was sold and bought in the same county: the part that seller's and buyer's rows share."""
    rows = _rows(uow, wanted).subquery()
    statement = (
        select(rows.c.seller, func.sum(rows.c.amount_fen), func.sum(rows.c.counted))
        .where(rows.c.seller.is_not_distinct_from(rows.c.buyer))
        .group_by(rows.c.seller)
    )
    return {value: Figure(int(fen), int(count)) for value, fen, count in uow.session.execute(statement)}


def listed(uow: UnitOfWork, wanted: Filter) -> list[Row]:
    """The rows behind a figure, newest first; their amounts add up to it."""
    rows = _rows(uow, wanted).subquery()
    statement = (
        select(rows, Deal.title, Deal.seller_party_id, Deal.buyer_party_id)
        .join(Deal, Deal.id == rows.c.deal_id)
        .order_by(rows.c.dated.desc(), rows.c.deal_id.desc(), rows.c.amount_fen.desc())
    )
    found = list(uow.session.execute(statement))
    names = names_of(uow.session, {id_ for row in found for id_ in (row.seller_party_id, row.buyer_party_id)})
    return [
        Row(
            deal_id=row.deal_id,
            title=row.title,
            seller_name=names[row.seller_party_id].name,
            buyer_name=names[row.buyer_party_id].name,
            seller=row.seller,
            buyer=row.buyer,
            industry=Industry(row.industry) if row.industry else None,
            dated=row.dated,
            basis=Basis(row.basis),
            fen=row.amount_fen,
            counted=row.counted,
        )
        for row in found
    ]


def _rows(uow: UnitOfWork, wanted: Filter) -> Select[Any]:
    rows = rows_of(wanted.rung).where(in_scope(uow.actor)).subquery()
    chosen = select(rows).where(rows.c.dated.between(wanted.period.first, wanted.period.last))
    for dimension, value in wanted.values.items():
        chosen = chosen.where(rows.c[dimension.value].is_not_distinct_from(value))
    return chosen
