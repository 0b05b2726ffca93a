"""What an actor is to a reward, and which rewards he may see; the same rule as a WHERE clause for lists."""

from sqlalchemy import ColumnElement, Select, and_, false, not_, or_, select, true
from sqlalchemy.orm import Session

from marketplace.deals.models import Deal
from marketplace.deals.policy import is_in_office, shared_with
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.organisations.models import Party
from marketplace.results.models import Contributor
from marketplace.rewards.models import Reward, RewardLine
from marketplace.rewards.rules import RewardState

OPEN_TO_MEMBERS = frozenset({RewardState.PUBLISHED, RewardState.DISPUTED, RewardState.APPROVED, RewardState.HELD})
"""From its publication on, everybody in the unit may see who gets how much."""


def visible(actor: Actor) -> ColumnElement[bool]:
    """Rewards with a line of the actor's, those of units he acts for, published ones of his units, those of his office."""
    if not actor.is_signed_in:
        return false()
    return or_(is_mine(actor), is_of_my_unit(actor), is_published_in_my_unit(actor), is_of_my_office(actor))


def is_mine(actor: Actor) -> ColumnElement[bool]:
    """Rewards with a line for the actor, in any round; before the first, those of results he made, and of contracts that give
    him a share."""
    lines = select(RewardLine.reward_id).where(RewardLine.user_id == actor.user_id)
    made = select(Contributor.result_id).where(Contributor.user_id == actor.user_id)
    is_his = or_(Reward.result_id.in_(made), Reward.deal_id.in_(shared_with(actor)))
    return or_(Reward.id.in_(lines), and_(Reward.round == 0, is_his))


def is_of_my_unit(actor: Actor) -> ColumnElement[bool]:
    """Rewards that a unit owes which the actor may act for."""
    return Reward.organisation_id.in_(_represented(actor))


def is_published_in_my_unit(actor: Actor) -> ColumnElement[bool]:
    """Rewards that any member of the unit may object to."""
    return and_(Reward.organisation_id.in_(actor.organisation_ids), Reward.state.in_(OPEN_TO_MEMBERS))


def is_of_my_office(actor: Actor) -> ColumnElement[bool]:
    """Rewards of units in the actor's counties, from deals in which he has no stake, and of which he gets nothing himself."""
    if not actor.is_official:
        return false()
    here = true() if actor.is_city_official else Deal.seller_county.in_(actor.counties)
    # Asked of each reward: the list of all deals of his office is as long as the city is large.
    of_its_deal = select(Deal.id).where(Deal.id == Reward.deal_id, is_in_office(actor), here).correlate(Reward)
    return and_(of_its_deal.exists(), not_(is_mine(actor)))


def relations(session: Session, actor: Actor, reward: Reward) -> frozenset[Relation]:
    """The actor's relations: OWNER speaks for the unit, AUTHOR has a line or belongs to the unit, OFFICIAL decides objections."""

    def holds(which: ColumnElement[bool]) -> bool:
        return session.scalar(select(Reward.id).where(Reward.id == reward.id, which)) is not None

    found = {
        Relation.SYSTEM: actor.is_system,
        Relation.OWNER: holds(is_of_my_unit(actor)),
        Relation.AUTHOR: holds(or_(is_mine(actor), is_published_in_my_unit(actor))),
        Relation.OFFICIAL: holds(is_of_my_office(actor)),
    }
    return frozenset(relation for relation, it_holds in found.items() if it_holds)


def require_visible(session: Session, actor: Actor, reward: Reward | None) -> tuple[Reward, frozenset[Relation]]:
    """The reward with the actor's relations, or NotFound when it is not there or not for this actor to know of."""
    if reward is not None:
        held = relations(session, actor, reward)
        if held:
            return reward, held
    raise NotFound(N_("There is no such reward."))


def _represented(actor: Actor) -> Select[int | None]:
    return select(Party.organisation_id).where(Party.id.in_(actor.party_ids), Party.organisation_id.is_not(None))
