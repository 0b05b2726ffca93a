"""The rows behind a figure, with the names a person knows them by. Reads only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from marketplace.benefits.models import Declaration
from marketplace.deals.models import Deal
from marketplace.listings.models import Decision, Listing
from marketplace.matching.models import Interest
from marketplace.matching.rules import Side
from marketplace.organisations.models import Organisation
from marketplace.organisations.parties import names_of
from marketplace.statistics.columns import Columns, source_parts
from marketplace.statistics.queries import FigureRow

PAGE = 50
"""Rows on a page."""

CHUNK = 1000
"""Rows that are held at a time while all of them are written out."""


@dataclass(frozen=True)
class Row:
    """One row with its deal's title and parties as they are called today; empty where there is no deal."""

    row: FigureRow
    title: str
    seller_name: str
    buyer_name: str

    @property
    def listing(self) -> tuple[str, int] | None:
        """Of a row without a deal: `result`, `need` or `benefit`, and its id."""
        kind, number = source_parts(self.row.source)
        return (kind, number) if kind in {"result", "need", "benefit"} else None


def each(session: Session, columns: Columns) -> Iterator[Row]:
    """All of the rows, newest first, a chunk at a time: there may be very many."""
    newest = columns.newest()
    for start in range(0, len(newest), CHUNK):
        yield from named(session, columns.take(newest[start : start + CHUNK]).rows())


def page_of(session: Session, columns: Columns, offset: int) -> list[Row]:
    """Some of the rows, newest first. Together they add up to the figure."""
    return named(session, columns.take(columns.newest()[offset : offset + PAGE]).rows())


def named(session: Session, rows: Sequence[FigureRow]) -> list[Row]:
    """Rows, frozen ones too, with the names a person knows them by."""
    deals = _deals(session, {row.deal_id for row in rows if row.deal_id})
    names = names_of(session, {id_ for deal in deals.values() for id_ in (deal.seller_party_id, deal.buyer_party_id)})
    titles = _titles(session, [row.source for row in rows if not row.deal_id])

    def one(row: FigureRow) -> Row:
        deal = deals.get(row.deal_id)
        if deal is None:
            return Row(row, titles.get(row.source, ""), "", "")
        return Row(row, deal.title, names[deal.seller_party_id].name, names[deal.buyer_party_id].name)

    return [one(row) for row in rows]


def _deals(session: Session, ids: set[int]) -> dict[int | None, Any]:
    columns = (Deal.id, Deal.title, Deal.seller_party_id, Deal.buyer_party_id)
    return {row.id: row for row in session.execute(select(*columns).where(Deal.id.in_(ids)))}


def _titles(session: Session, sources: Sequence[str]) -> dict[str, str]:
    """By their source: of results and needs, of decisions about them, of benefits with the name of their unit, and of interests
    with both parties."""
    own = select(Listing.id.label("id"), Listing.title)
    decided = select(Decision.id.label("id"), Listing.title).join(Listing, Listing.id == Decision.listing_id)
    used = (
        select(Declaration.id.label("id"), (Organisation.name + " · " + Listing.title).label("title"))
        .join(Listing, Listing.id == Declaration.result_id)
        .join(Organisation, Organisation.id == Declaration.organisation_id)
    )
    kinds: dict[str, tuple[Any, Any]] = {
        "result": (own, Listing.id),
        "need": (own, Listing.id),
        "decision": (decided, Decision.id),
        "benefit": (used, Declaration.id),
    }
    titles = _interests(session, [source_parts(one)[1] for one in sources if one.startswith("interest:")])
    for kind, (statement, id_) in kinds.items():
        ids = [source_parts(one)[1] for one in sources if one.startswith(f"{kind}:")]
        if ids:
            titles |= {f"{kind}:{row.id}": row.title for row in session.execute(statement.where(id_.in_(ids)))}
    return titles


def _interests(session: Session, ids: Sequence[int]) -> dict[str, str]:
    """By their source: what was asked about, who asked, and whom."""
    asked = case((Interest.side == Side.NEED, Interest.result_id), else_=Interest.need_id)
    columns = (Interest.id, Interest.from_party_id, Interest.to_party_id, Listing.title)
    statement = select(*columns).join(Listing, Listing.id == asked).where(Interest.id.in_(ids))
    found = session.execute(statement).all()
    names = names_of(session, {id_ for row in found for id_ in (row.from_party_id, row.to_party_id)})
    return {
        f"interest:{row.id}": f"{row.title} · {names[row.from_party_id].name} → {names[row.to_party_id].name}"
        for row in found
    }
