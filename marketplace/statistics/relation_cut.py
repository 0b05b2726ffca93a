"""The cut by related parties, which figures of deals have beside the others where each row stands for itself.

Each row is cut by what was known when it came on record: a relation that is established later changes no row that is there, so a
frozen figure comes out the same. The desk says apart what is known today. docs/decisions/0030 tells why.
"""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import case, select

from marketplace.related.models import RelationFinding
from marketplace.related.rules import Related
from marketplace.statistics.definition import Definition
from marketplace.statistics.heard import RELATIONS
from marketplace.statistics.rows import Rows
from marketplace.statistics.rules import Dimension


def with_relation(one: Definition, version: int) -> Definition:
    """A version of a figure of deals that is cut by whether the parties are related as well."""
    return replace(
        one,
        version=version,
        rows=_with_relation(one.rows),
        heard=one.heard | RELATIONS,
        dimensions=(*one.dimensions, Dimension.RELATED),
    )


def _with_relation(rows: Callable[[], Rows]) -> Callable[[], Rows]:
    def related() -> Rows:
        of = rows().subquery().c
        known = (RelationFinding.deal_id == of.deal_id, RelationFinding.found_at <= of.known_at)
        value = case((RelationFinding.is_related, Related.YES.value), else_=Related.NO.value)
        newest = (
            select(value).where(*known).order_by(RelationFinding.found_at.desc(), RelationFinding.id.desc()).limit(1)
        )
        return select(*of, newest.scalar_subquery().label(Dimension.RELATED.value))

    return related
