"""The cut by related parties, which figures of deals have beside the others where each row stands for itself.

A deal is cut by what was known when it had its first signed document, and before that each row by what was known when it came on
record: a relation that is established later changes no row that is there, so a frozen figure comes out the same, and what is
taken off a contract is taken off where it stands. The desk says apart what is known today. docs/decisions/0030 tells why.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from marketplace.contracts.models import Document
from marketplace.related.models import RelationFinding
from marketplace.related.rules import Related
from marketplace.statistics.definition import Definition
from marketplace.statistics.heard import RELATIONS
from marketplace.statistics.rows import Rows
from marketplace.statistics.rules import Dimension

Since = Callable[[Any], ColumnElement[Any]]
"""The moment whose knowledge a row is cut by, of the columns of a figure."""


def by_row(of: Any) -> ColumnElement[Any]:
    """When the row itself came on record: a termination may then stand elsewhere than its contract."""
    since: ColumnElement[Any] = of.known_at
    return since


def by_deal(of: Any) -> ColumnElement[Any]:
    """When the row's deal had its first document that both had signed, or the row itself came on record before."""
    signed = select(func.min(Document.completed_at)).where(Document.deal_id == of.deal_id)
    # It stands two levels below the rows, and would else read all of them anew: the first document of any deal.
    signed_at = signed.correlate(of.deal_id.table).scalar_subquery()
    return case((signed_at < of.known_at, signed_at), else_=of.known_at)


def with_relation(one: Definition, version: int, since: Since = by_deal) -> Definition:
    """A version of a figure of deals that is cut by whether the parties are related as well."""
    return replace(
        one,
        version=version,
        rows=_with_relation(one.rows, since),
        heard=one.heard | RELATIONS,
        dimensions=(*one.dimensions, Dimension.RELATED),
    )


def _with_relation(rows: Callable[[], Rows], since: Since) -> Callable[[], Rows]:
    def related() -> Rows:
        of = rows().subquery().c
        known = (RelationFinding.deal_id == of.deal_id, RelationFinding.found_at <= since(of))
        value = case((RelationFinding.is_related, Related.YES.value), else_=Related.NO.value)
        newest = (
            select(value).where(*known).order_by(RelationFinding.found_at.desc(), RelationFinding.id.desc()).limit(1)
        )
        return select(*of, newest.scalar_subquery().label(Dimension.RELATED.value))

    return related
