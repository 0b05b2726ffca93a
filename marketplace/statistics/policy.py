"""Whose deals an official's figures are made of: the whole city's, or those his county sells or buys in."""

from sqlalchemy import ColumnElement, or_, true

from marketplace.deals.models import Deal
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """Deals that count for this official. Raises NotFound for anybody else."""
    if actor.is_city_official or actor.is_system:
        return true()
    if not actor.counties:
        raise NotFound(N_("There is no such page."))
    return or_(Deal.seller_county.in_(actor.counties), Deal.buyer_county.in_(actor.counties))
