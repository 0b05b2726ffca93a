"""Who may see matches and interests and answer them; the same rules as WHERE clauses for lists."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, false, or_, select

from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.listings import policy as listing_policy
from marketplace.listings.models import Listing
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState, Side
from marketplace.needs.models import Need

MINE = frozenset({Relation.AUTHOR, Relation.OWNER})


def is_mine(actor: Actor, listing: Listing) -> bool:
    """Wrote it, or may act for the party it belongs to."""
    return bool(listing_policy.relations(actor, listing) & MINE)


def require_insider(actor: Actor, listing: Listing) -> None:
    """Matches of a listing are for its author, its party and the officials; NotFound for anybody else."""
    if not listing_policy.is_insider(actor, listing):
        raise NotFound(N_("There is no such page."))


def relations(actor: Actor, interest: Interest, addressed: Listing | None) -> frozenset[Relation]:
    """What the actor is to an interest; `addressed` is the listing of the other side, whose author may answer too.

    Who has left the unit for which he spoke or wrote has no part in it any more.
    """
    wrote_it = addressed is not None and Relation.AUTHOR in listing_policy.relations(actor, addressed)
    sent_it = actor.is_signed_in and actor.user_id == interest.from_user_id
    found = {
        Relation.SYSTEM: actor.is_system,
        Relation.AUTHOR: sent_it and actor.belongs_to(interest.from_party_id),
        Relation.OWNER: actor.acts_for(interest.from_party_id),
        Relation.OTHER_SIDE: actor.acts_for(interest.to_party_id) or wrote_it,
    }
    return frozenset(relation for relation, holds in found.items() if holds)


def may_see(actor: Actor, held: frozenset[Relation], counties: Iterable[str | None]) -> bool:
    """Both sides may, and the officials of either county."""
    return bool(held) or any(actor.is_official_for(county) for county in counties)


def is_received(actor: Actor) -> ColumnElement[bool]:
    """Interests that are addressed to the actor's parties or to a listing he wrote."""
    if not actor.is_signed_in:
        return false()
    wrote = select(Listing.id).where(listing_policy.is_mine(actor), Listing.author_id == actor.user_id)
    return or_(
        Interest.to_party_id.in_(actor.party_ids),
        and_(Interest.side == Side.NEED, Interest.result_id.in_(wrote)),
        and_(Interest.side == Side.RESULT, Interest.need_id.in_(wrote)),
    )


def is_sent(actor: Actor) -> ColumnElement[bool]:
    """Interests the actor or his parties expressed."""
    if not actor.is_signed_in:
        return false()
    sent_it = and_(Interest.from_user_id == actor.user_id, Interest.from_party_id.in_(actor.parties_belonged_to))
    return or_(Interest.from_party_id.in_(actor.party_ids), sent_it)


def knows_need_party(interest: Interest, need: Need | None, held: frozenset[Relation]) -> bool:
    """An anonymous need names its party to its own side and officials; to the other side once the interest is accepted."""
    if need is None or not need.anonymous or interest.state is InterestState.ACCEPTED:
        return True
    need_side = {Relation.AUTHOR, Relation.OWNER} if interest.side is Side.NEED else {Relation.OTHER_SIDE}
    return bool(held & (need_side | {Relation.SYSTEM}))
