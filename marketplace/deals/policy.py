"""What an actor is to a deal, and which deals he may see; the same rule as a WHERE clause for lists."""

from sqlalchemy import ColumnElement, Select, and_, false, not_, or_, select, true
from sqlalchemy.orm import Session

from marketplace.contracts.models import Document, DocumentParty
from marketplace.contracts.rules import LIVE, DocumentState
from marketplace.deals.models import Deal, Offer
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.listings.models import Listing
from marketplace.organisations.models import Party
from marketplace.payments.models import Receipt
from marketplace.results.models import Contributor

READERS = frozenset({Relation.PARTY, Relation.AUTHOR, Relation.OFFICIAL, Relation.SYSTEM})
WRITERS = frozenset({Relation.PARTY, Relation.AUTHOR})


def relations(session: Session, actor: Actor, deal: Deal) -> frozenset[Relation]:
    """The actor's relations to the deal."""
    sells, buys = actor.acts_for(deal.seller_party_id), actor.acts_for(deal.buyer_party_id)
    found = {
        Relation.SYSTEM: actor.is_system,
        Relation.SELLER: sells,
        Relation.BUYER: buys,
        Relation.PARTY: sells or buys,
        Relation.AUTHOR: actor.is_signed_in and _is_among(session, deal, is_authors(actor)),
        Relation.OFFICIAL: actor.is_official and _is_among(session, deal, is_in_office(actor)),
    }
    return frozenset(relation for relation, holds in found.items() if holds)


def _is_among(session: Session, deal: Deal, which: ColumnElement[bool]) -> bool:
    return session.scalar(select(Deal.id).where(Deal.id == deal.id, which)) is not None


def visible(actor: Actor) -> ColumnElement[bool]:
    """Deals the actor may read: his parties', those of listings he wrote for a party he belongs to, those of his office."""
    if actor.is_system:
        return true()
    if not actor.is_signed_in:
        return false()
    return or_(is_mine(actor), is_authors(actor), is_in_office(actor))


def is_mine(actor: Actor) -> ColumnElement[bool]:
    """Deals of the parties the actor may act for."""
    return or_(Deal.seller_party_id.in_(actor.party_ids), Deal.buyer_party_id.in_(actor.party_ids))


def is_authors(actor: Actor) -> ColumnElement[bool]:
    """Deals about listings the actor wrote, while he belongs to the party they are of: who has left the company reads no more."""
    if not actor.is_signed_in:
        return false()
    wrote, belongs = _written_by(actor), _parties_of(actor)
    return or_(
        and_(Deal.result_id.in_(wrote), Deal.seller_party_id.in_(belongs)),
        and_(Deal.need_id.in_(wrote), Deal.buyer_party_id.in_(belongs)),
    )


def is_in_office(actor: Actor) -> ColumnElement[bool]:
    """Deals of which either county is the official's. In a deal he has a stake in he is none: nobody verifies his own paper."""
    here = or_(Deal.seller_county.in_(actor.counties), Deal.buyer_county.in_(actor.counties))
    return and_(true() if actor.is_city_official else here, not_(_has_stake(actor)))


def _has_stake(actor: Actor) -> ColumnElement[bool]:
    """Deals of parties the actor may act for or is a plain member of, about results he made, and about listings he wrote, then
    as now; and those whose contract gives him a share, whether the result still names him or not."""
    wrote, belongs = _written_by(actor), _parties_of(actor)
    of_his_unit = or_(Deal.seller_party_id.in_(belongs), Deal.buyer_party_id.in_(belongs))
    made = select(Contributor.result_id).where(Contributor.user_id == actor.user_id)
    about_his = or_(
        and_(Deal.result_id.is_not(None), Deal.result_id.in_(made)),
        and_(Deal.result_id.is_not(None), Deal.result_id.in_(wrote)),
        and_(Deal.need_id.is_not(None), Deal.need_id.in_(wrote)),
    )
    return or_(is_mine(actor), of_his_unit, about_his, Deal.id.in_(shared_with(actor)))


def shared_with(actor: Actor) -> Select[int]:
    """The deals of which a text that is signed, or may still be, gives the actor a share as a maker of the result."""
    stands = Document.state.in_((*LIVE, DocumentState.COMPLETE))
    return (
        select(Document.deal_id)
        .join(DocumentParty, DocumentParty.document_id == Document.id)
        .join(Party, Party.id == DocumentParty.party_id)
        .where(DocumentParty.maker.is_not(None), Party.user_id == actor.user_id, stands)
    )


def _written_by(actor: Actor) -> Select[int]:
    return select(Listing.id).where(Listing.author_id == actor.user_id)


def _parties_of(actor: Actor) -> Select[int]:
    """His own party, and those of every organisation he is an admitted member of."""
    his = or_(Party.user_id == actor.user_id, Party.organisation_id.in_(actor.organisation_ids))
    return select(Party.id).where(his)


def require_visible(session: Session, actor: Actor, deal: Deal | None) -> tuple[Deal, frozenset[Relation]]:
    """The deal with the actor's relations, or NotFound when it is not there or not for this actor to know of."""
    if deal is not None:
        held = relations(session, actor, deal)
        if held & READERS:
            return deal, held
    raise NotFound(N_("There is no such deal."))


def offer_relations(actor: Actor, deal: Deal, offer: Offer) -> frozenset[Relation]:
    """What the actor is to an offer. Who made it does not answer it, even if he may act for both parties."""
    return _across(actor, deal, offer.party_id, offer.user_id)


def receipt_relations(actor: Actor, deal: Deal, receipt: Receipt, held: frozenset[Relation]) -> frozenset[Relation]:
    """What the actor is to a payment or refund, who is `held` to the deal. Who reported it does not confirm it."""
    return _across(actor, deal, receipt.party_id, receipt.reported_by_id) | (held & {Relation.OFFICIAL})


def _across(actor: Actor, deal: Deal, party_id: int, user_id: int | None) -> frozenset[Relation]:
    """What the actor is to something that one party has put before the other."""
    across = deal.buyer_party_id if party_id == deal.seller_party_id else deal.seller_party_id
    found = {
        Relation.SYSTEM: actor.is_system,
        Relation.OWNER: actor.acts_for(party_id),
        Relation.OTHER_SIDE: actor.acts_for(across) and actor.user_id != user_id,
    }
    return frozenset(relation for relation, holds in found.items() if holds)
