"""Who settles a suspicion: an official of a county concerned, or of the city, who has no stake in a contract of it."""

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from marketplace.deals import policy as deal_policy
from marketplace.deals.models import Deal
from marketplace.duplicates.models import Duplicate
from marketplace.duplicates.rules import RecordKind
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation


def is_in_office(actor: Actor) -> ColumnElement[bool]:
    """Suspicions of this official. Each contract in one must be of his office by the rule of deals."""
    here = or_(Duplicate.seller_county.in_(actor.counties), Duplicate.buyer_county.in_(actor.counties))
    deals = select(Deal.id).where(deal_policy.is_in_office(actor))
    return and_(
        true() if actor.is_city_official else here,
        or_(Duplicate.first_kind != RecordKind.DEAL, Duplicate.first_id.in_(deals)),
        or_(Duplicate.second_kind != RecordKind.DEAL, Duplicate.second_id.in_(deals)),
    )


def relations(session: Session, actor: Actor, row: Duplicate) -> frozenset[Relation]:
    """What the actor is to a suspicion; empty for whoever may not know of it."""
    if not actor.is_official:
        return frozenset()
    his = session.scalar(select(Duplicate.id).where(Duplicate.id == row.id, is_in_office(actor)))
    return frozenset({Relation.OFFICIAL}) if his is not None else frozenset()
