"""Who may see a listing and what an actor is to it, whatever its kind; the same rules as WHERE clauses for lists."""

from sqlalchemy import ColumnElement, and_, false, or_, true

from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.listings.models import Listing

INSIDERS = frozenset({Relation.AUTHOR, Relation.OWNER, Relation.OFFICIAL, Relation.SYSTEM})


def relations(actor: Actor, listing: Listing) -> frozenset[Relation]:
    """The actor's relations to the listing. Who has left the unit it belongs to is its author no more.

    Nobody is the official of his own listing or of his unit's; what is only held in trust for others is nobody's own.
    """
    his_own = not listing.on_behalf and (
        actor.belongs_to(listing.party_id) or (actor.is_signed_in and actor.user_id == listing.author_id)
    )
    found = {
        Relation.SYSTEM: actor.is_system,
        Relation.AUTHOR: actor.is_signed_in
        and actor.user_id == listing.author_id
        and actor.belongs_to(listing.party_id),
        Relation.OWNER: actor.acts_for(listing.party_id),
        Relation.OFFICIAL: actor.is_official_for(listing.county) and not his_own,
    }
    return frozenset(relation for relation, holds in found.items() if holds)


def is_insider(actor: Actor, listing: Listing) -> bool:
    """Its author, its owner, an official of its county (who reads even what he may not decide), or the system."""
    return actor.is_official_for(listing.county) or bool(relations(actor, listing) & INSIDERS)


def is_mine(actor: Actor) -> ColumnElement[bool]:
    """Listings the actor wrote for himself or for a unit he still belongs to, or whose party he may act for."""
    if not actor.is_signed_in:
        return false()
    wrote = and_(Listing.author_id == actor.user_id, Listing.party_id.in_(actor.parties_belonged_to))
    return or_(wrote, Listing.party_id.in_(actor.party_ids))


def is_in_office(actor: Actor) -> ColumnElement[bool]:
    """Listings the actor is the official for."""
    if actor.is_city_official:
        return Listing.id.is_not(None)
    return Listing.county.in_(actor.counties)


def visible(actor: Actor, model: type[Listing]) -> ColumnElement[bool]:
    """Listings of one kind the actor may see: shown ones, his own, and those of his office once handed in."""
    if actor.is_system:
        return true()
    shown = model.state.in_(model.shown_in)
    if not actor.is_signed_in:
        return shown
    handed_in = and_(
        model.state != model.states.initial, or_(Listing.submitted_at.is_not(None), Listing.published_at.is_not(None))
    )
    own = true() if model.drafts_shared else or_(Listing.author_id == actor.user_id, handed_in)
    return or_(shown, is_mine(actor) & own, is_in_office(actor) & handed_in)


def may_see(actor: Actor, listing: Listing) -> bool:
    """The same for one listing."""
    if actor.is_system or listing.state in listing.shown_in:
        return True
    held = relations(actor, listing)
    touched = listing.submitted_at is not None or listing.published_at is not None
    handed_in = touched and listing.state != listing.states.initial
    own = held & {Relation.AUTHOR, Relation.OWNER} if listing.drafts_shared else held & {Relation.AUTHOR}
    return bool(own) or (handed_in and is_insider(actor, listing))


def require_visible(actor: Actor, listing: Listing | None) -> Listing:
    """The listing, or NotFound when it is not there or not for this actor to know of."""
    if listing is None or not may_see(actor, listing):
        raise NotFound(N_("There is no such listing."))
    return listing
