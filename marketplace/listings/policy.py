"""What an actor is to a listing, whatever its kind; the same rules as WHERE clauses for lists."""

from sqlalchemy import ColumnElement, false, or_

from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.listings.models import Listing


def relations(actor: Actor, listing: Listing) -> frozenset[Relation]:
    """The actor's relations to the listing."""
    found = {
        Relation.SYSTEM: actor.is_system,
        Relation.AUTHOR: actor.user_id is not None and actor.user_id == listing.author_id,
        Relation.OWNER: actor.acts_for(listing.party_id),
        Relation.OFFICIAL: actor.is_official_for(listing.county),
    }
    return frozenset(relation for relation, holds in found.items() if holds)


def is_mine(actor: Actor) -> ColumnElement[bool]:
    """Listings the actor wrote, or whose party he may act for."""
    if not actor.is_signed_in:
        return false()
    return or_(Listing.author_id == actor.user_id, Listing.party_id.in_(actor.party_ids))


def is_in_office(actor: Actor) -> ColumnElement[bool]:
    """Listings the actor is the official for."""
    if actor.is_city_official:
        return Listing.id.is_not(None)
    return Listing.county.in_(actor.counties)
