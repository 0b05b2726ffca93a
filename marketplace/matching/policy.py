"""Who may see matches and interests and answer them; the same rules as WHERE clauses for lists."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.listings import policy as listing_policy
from marketplace.listings.models import Listing
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState, Side
from marketplace.needs.models import Need
from marketplace.results.models import Result

MINE = frozenset({Relation.AUTHOR, Relation.OWNER})


def is_mine(actor: Actor, listing: Listing) -> bool:
    """Wrote it, or may act for the party it belongs to."""
    return bool(listing_policy.relations(actor, listing) & MINE)


def require_insider(actor: Actor, listing: Listing) -> None:
    """Matches of a listing are for its author, its party and the officials; NotFound for anybody else."""
    if not listing_policy.is_insider(actor, listing):
        raise NotFound(N_("There is no such page."))


def relations(actor: Actor, interest: Interest, addressed: Listing | None) -> frozenset[Relation]:
    """What the actor is to an interest; `addressed` is the listing of the other side, whose author may answer too."""
    wrote_it = addressed is not None and actor.is_signed_in and addressed.author_id == actor.user_id
    found = {
        Relation.SYSTEM: actor.is_system,
        Relation.AUTHOR: actor.is_signed_in and actor.user_id == interest.from_user_id,
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
    wrote_result = exists(select(Result.id).where(Result.id == Interest.result_id, Result.author_id == actor.user_id))
    wrote_need = exists(select(Need.id).where(Need.id == Interest.need_id, Need.author_id == actor.user_id))
    return or_(
        Interest.to_party_id.in_(actor.party_ids),
        and_(Interest.side == Side.NEED, wrote_result),
        and_(Interest.side == Side.RESULT, wrote_need),
    )


def is_sent(actor: Actor) -> ColumnElement[bool]:
    """Interests the actor or his parties expressed."""
    if not actor.is_signed_in:
        return false()
    return or_(Interest.from_party_id.in_(actor.party_ids), Interest.from_user_id == actor.user_id)


def knows_need_party(interest: Interest, need: Need | None, held: frozenset[Relation]) -> bool:
    """An anonymous need names its party to its own side and officials; to the other side once the interest is accepted."""
    if need is None or not need.anonymous or interest.state is InterestState.ACCEPTED:
        return True
    need_side = {Relation.AUTHOR, Relation.OWNER} if interest.side is Side.NEED else {Relation.OTHER_SIDE}
    return bool(held & (need_side | {Relation.SYSTEM}))
