"""Who hears of what: the people behind a listing, as they are now, with what they want and what they have muted.

What is held in trust for a unit that has not claimed it tells nobody. Nobody hears of his own unit's listings.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.accounts.rules import UserState
from marketplace.alerts.models import Mute, Preference
from marketplace.alerts.rules import Frequency
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.permissions import Actor
from marketplace.listings.models import Listing
from marketplace.listings.rules import ListingKind
from marketplace.matching.models import Dismissal, Interest, Match
from marketplace.matching.policy import is_mine
from marketplace.matching.rules import Side
from marketplace.needs.models import Need
from marketplace.notifications.audience import NOBODY, People, behind
from marketplace.organisations.actors import actor_of
from marketplace.results.models import Result

Pair = tuple[int, int]
"""(result, need)."""

MODELS: dict[ListingKind, type[Result] | type[Need]] = {ListingKind.RESULT: Result, ListingKind.NEED: Need}


@dataclass(frozen=True)
class Hearer:
    """A person who may be told of something. `frequency` is how often he wants to hear of matches."""

    user_id: int
    actor: Actor
    recommendations: bool
    frequency: Frequency
    is_silenced: bool
    mutes: frozenset[tuple[int | None, int | None]]

    def hears_of(self, result: Result, need: Need, side: Side) -> bool:
        """Whether this match of one of his listings may be told to him."""
        own, other = (result, need) if side is Side.RESULT else (need, result)
        wants = self.recommendations and not self.is_silenced and self.frequency is not Frequency.OFF
        return (
            wants
            and is_shown(own)
            and not own.on_behalf
            and is_mine(self.actor, own)
            and self.is_news(other)
            and not self.mutes & {(result.id, need.id), (result.id, None), (None, need.id)}
        )

    def is_news(self, listing: Listing) -> bool:
        """Whether the listing can be seen by everybody, is of others, and is not muted."""
        muted = (listing.id, None) if listing.kind is ListingKind.RESULT else (None, listing.id)
        his_own = is_mine(self.actor, listing) or self.actor.belongs_to(listing.party_id)
        return is_shown(listing) and not his_own and muted not in self.mutes


def hearer(uow: UnitOfWork, user_id: int) -> Hearer | None:
    """The person as he is now, or None for one who is disabled."""
    user = uow.session.get(User, user_id)
    if user is None or user.state is not UserState.ACTIVE:
        return None
    preference = uow.session.get(Preference, user_id)
    mutes = uow.session.execute(select(Mute.result_id, Mute.need_id).where(Mute.user_id == user_id)).all()
    return Hearer(
        user_id=user_id,
        actor=actor_of(uow.session, user),
        recommendations=user.recommendations,
        frequency=preference.frequency if preference else Frequency.INSTANT,
        is_silenced=preference is not None and preference.muted_at is not None,
        mutes=frozenset((result_id, need_id) for result_id, need_id in mutes),
    )


def wanting(uow: UnitOfWork, listing: Listing) -> People:
    """Who stands behind a listing and wants to hear of its matches, whatever else speaks against it."""
    people = NOBODY if listing.on_behalf else behind(uow.session, listing)
    if not people:
        return NOBODY
    silent = Preference.muted_at.is_not(None) | (Preference.frequency == Frequency.OFF)
    wants = (
        select(User.id)
        .where(User.id.in_(people), User.state == UserState.ACTIVE, User.recommendations)
        .where(User.id.not_in(select(Preference.user_id).where(silent)))
    )
    return frozenset(uow.session.scalars(wants))


def settled(uow: UnitOfWork, pairs: Iterable[Pair]) -> frozenset[Pair]:
    """Of these pairs those about which either side has told the other, or which either side has put away."""
    wanted = set(pairs)
    results, needs = {result_id for result_id, _ in wanted}, {need_id for _, need_id in wanted}
    told = select(Interest.result_id, Interest.need_id).where(
        Interest.result_id.in_(results), Interest.need_id.in_(needs)
    )
    away = (
        select(Match.result_id, Match.need_id)
        .join(Dismissal, Dismissal.match_id == Match.id)
        .where(Match.result_id.in_(results), Match.need_id.in_(needs))
    )
    found = [*uow.session.execute(told).all(), *uow.session.execute(away).all()]
    return frozenset(wanted & {(result_id, need_id) for result_id, need_id in found})


def is_shown(listing: Listing) -> bool:
    """Whether everybody sees it."""
    return listing.state in listing.shown_in
