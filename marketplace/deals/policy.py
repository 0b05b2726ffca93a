"""What an actor is to a deal, and which deals he may see; the same rule as a WHERE clause for lists."""

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from marketplace.deals.models import Deal, Offer
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.listings.models import Listing

READERS = frozenset({Relation.PARTY, Relation.AUTHOR, Relation.OFFICIAL, Relation.SYSTEM})
WRITERS = frozenset({Relation.PARTY, Relation.AUTHOR})


def relations(session: Session, actor: Actor, deal: Deal) -> frozenset[Relation]:
    """The actor's relations to the deal. Who may act for a party is no official in its deal: nobody verifies his own paper."""
    sells, buys = actor.acts_for(deal.seller_party_id), actor.acts_for(deal.buyer_party_id)
    in_office = actor.is_official_for(deal.seller_county) or actor.is_official_for(deal.buyer_county)
    found = {
        Relation.SYSTEM: actor.is_system,
        Relation.SELLER: sells,
        Relation.BUYER: buys,
        Relation.PARTY: sells or buys,
        Relation.AUTHOR: _wrote(session, actor, deal),
        Relation.OFFICIAL: in_office and not (sells or buys),
    }
    return frozenset(relation for relation, holds in found.items() if holds)


def _wrote(session: Session, actor: Actor, deal: Deal) -> bool:
    if not actor.is_signed_in:
        return False
    listing_ids = [listing_id for listing_id in (deal.result_id, deal.need_id) if listing_id is not None]
    mine = select(Listing.id).where(Listing.id.in_(listing_ids), Listing.author_id == actor.user_id)
    return session.scalar(mine.limit(1)) is not None


def visible(actor: Actor) -> ColumnElement[bool]:
    """Deals the actor may read: his parties', those about listings he wrote, and those of his office."""
    if actor.is_system:
        return true()
    if not actor.is_signed_in:
        return false()
    wrote = select(Listing.id).where(Listing.author_id == actor.user_id)
    return or_(is_mine(actor), Deal.result_id.in_(wrote), Deal.need_id.in_(wrote), is_in_office(actor))


def is_mine(actor: Actor) -> ColumnElement[bool]:
    """Deals of the parties the actor may act for."""
    return or_(Deal.seller_party_id.in_(actor.party_ids), Deal.buyer_party_id.in_(actor.party_ids))


def is_in_office(actor: Actor) -> ColumnElement[bool]:
    """Deals of which either county is the official's."""
    if actor.is_city_official:
        return true()
    return or_(Deal.seller_county.in_(actor.counties), Deal.buyer_county.in_(actor.counties))


def require_visible(session: Session, actor: Actor, deal: Deal | None) -> tuple[Deal, frozenset[Relation]]:
    """The deal with the actor's relations, or NotFound when it is not there or not for this actor to know of."""
    if deal is not None:
        held = relations(session, actor, deal)
        if held & READERS:
            return deal, held
    raise NotFound(N_("There is no such deal."))


def offer_relations(actor: Actor, deal: Deal, offer: Offer) -> frozenset[Relation]:
    """What the actor is to an offer. Who made it does not answer it, even if he may act for both parties."""
    across = deal.buyer_party_id if offer.party_id == deal.seller_party_id else deal.seller_party_id
    found = {
        Relation.SYSTEM: actor.is_system,
        Relation.OWNER: actor.acts_for(offer.party_id),
        Relation.OTHER_SIDE: actor.acts_for(across) and actor.user_id != offer.user_id,
    }
    return frozenset(relation for relation, holds in found.items() if holds)
