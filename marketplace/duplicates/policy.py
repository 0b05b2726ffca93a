"""Who settles a suspicion: an official whose office has both records, and who has no stake in a contract of it."""

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from marketplace.duplicates.models import Duplicate
from marketplace.duplicates.rules import RecordKind
from marketplace.duplicates.sources import SOURCES
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation


def is_in_office(actor: Actor) -> ColumnElement[bool]:
    """Suspicions of this official: each of both records must be of his office by the rule of its own feature.

    The counties of the pair are no measure, for they are put together from both: one county could then book off another's row.
    """

    def is_his(kind: InstrumentedAttribute[RecordKind], id_: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        return or_(*(and_(kind == one.kind, _is_among(one.in_office(actor), id_)) for one in SOURCES.values()))

    return and_(
        is_his(Duplicate.first_kind, Duplicate.first_id),
        is_his(Duplicate.second_kind, Duplicate.second_id),
    )


def _is_among(ids: Select[int], id_: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Asked of each pair: all records of an office are as many as the city is large."""
    (column,) = ids.selected_columns
    return ids.where(column == id_).correlate(Duplicate).exists()


def relations(session: Session, actor: Actor, row: Duplicate) -> frozenset[Relation]:
    """What the actor is to a suspicion; empty for whoever may not know of it."""
    if not actor.is_official:
        return frozenset()
    his = session.scalar(select(Duplicate.id).where(Duplicate.id == row.id, is_in_office(actor)))
    return frozenset({Relation.OFFICIAL}) if his is not None else frozenset()
