"""The reading side of alerts: a message with what it told, what is muted, what is saved, and how many were told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.alerts.hearers import is_shown
from marketplace.alerts.models import AlertMessage, MatchAlert, Mute, Preference, SavedSearch, SearchAlert
from marketplace.alerts.rules import Frequency, Scope
from marketplace.alerts.targets import Target
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.listings.models import Listing
from marketplace.listings.policy import may_see
from marketplace.matching.cards import Card, need_card, result_card
from marketplace.matching.rules import Side, Strength
from marketplace.matching.why import Kin, Why, why_stored
from marketplace.needs.models import Need
from marketplace.organisations.parties import names_of
from marketplace.results.models import Result

L = TypeVar("L", bound=Listing)


@dataclass(frozen=True)
class MatchLine:
    """One match as it was told: the person's own listing, the other side's, and the words that carried it then."""

    side: Side
    own: Listing
    other: Listing
    strength: Strength
    why: tuple[Why | Kin, ...]

    @property
    def is_shown(self) -> bool:
        """Whether everybody still sees the other side's listing."""
        return is_shown(self.other)

    def target(self, user_id: int, named: str) -> Target:
        """What the person mutes with this line's buttons: the `pair`, or everything about its `result` or its `need`."""
        result, need = (self.own, self.other) if self.side is Side.RESULT else (self.other, self.own)
        scope = Scope(named)
        result_id = result.id if scope in {Scope.PAIR, Scope.RESULT} else None
        return Target(user_id, scope, result_id, need.id if scope in {Scope.PAIR, Scope.NEED} else None)


@dataclass(frozen=True)
class FindLine:
    """One find of a saved search."""

    search_id: int
    search: str
    listing: Listing

    @property
    def is_shown(self) -> bool:
        """Whether everybody still sees it."""
        return is_shown(self.listing)

    def target(self, user_id: int) -> Target:
        """What the person mutes with this line's button."""
        return Target(user_id, Scope.SEARCH, search_id=self.search_id)


@dataclass(frozen=True)
class Told:
    """A message with its lines, the strongest matches of each own listing first."""

    message: AlertMessage
    matches: tuple[MatchLine, ...]
    finds: tuple[FindLine, ...]

    @property
    def groups(self) -> tuple[tuple[Listing, tuple[MatchLine, ...]], ...]:
        """The matches under the own listing that each belongs to."""
        return tuple((own, tuple(lines)) for own, lines in groupby(self.matches, key=lambda line: line.own))


@dataclass(frozen=True)
class MutedRow:
    """Something that can be muted, under the titles of what it is about; empty where the reader may not see them."""

    target: Target
    title: str = ""
    other_title: str = ""


def own_message(uow: UnitOfWork, message_id: int) -> Told:
    """A message to the actor. Raises NotFound for anybody else's."""
    message = uow.session.get(AlertMessage, message_id)
    if message is None or message.user_id != uow.actor.user_id:
        raise NotFound(N_("There is no such page."))
    found = told(uow.session, message)
    # Who has left the unit sees no more of its listings than others do.
    return replace(found, matches=tuple(line for line in found.matches if may_see(uow.actor, line.own)))


def told(session: Session, message: AlertMessage) -> Told:
    """A message with its lines."""
    rows = session.scalars(select(MatchAlert).where(MatchAlert.message_id == message.id)).all()
    results = _by_id(session, Result, (row.result_id for row in rows))
    needs = _by_id(session, Need, (row.need_id for row in rows))
    ordered = sorted(rows, key=lambda row: (row.own, -row.score, row.id))
    finds = session.execute(
        select(SearchAlert, SavedSearch, Listing)
        .join(SavedSearch, SavedSearch.id == SearchAlert.search_id)
        .join(Listing, Listing.id == SearchAlert.listing_id)
        .where(SearchAlert.message_id == message.id)
        .order_by(SavedSearch.name, SavedSearch.id, SearchAlert.id)
    )
    return Told(
        message,
        tuple(_match_line(row, results[row.result_id], needs[row.need_id]) for row in ordered),
        tuple(FindLine(search.id, search.name, listing) for _, search, listing in finds),
    )


def cards(session: Session, told: Told) -> Mapping[int, Card]:
    """The cards of what was found and is still shown, by id. A need that asks not to be named is not."""
    listings = [line.other for line in told.matches if line.is_shown]
    listings += [line.listing for line in told.finds if line.is_shown]
    names = names_of(session, {listing.party_id for listing in listings})
    needs = [need_card(one, names, names_party=not one.anonymous) for one in listings if isinstance(one, Need)]
    return {card.id: card for card in [*needs, *(result_card(r, names) for r in listings if isinstance(r, Result))]}


def preference_of(session: Session, user_id: int) -> Preference:
    """What a person wants; not stored yet where he has never said."""
    return session.get(Preference, user_id) or Preference(user_id=user_id, frequency=Frequency.INSTANT)


def muted(uow: UnitOfWork, user_id: int) -> tuple[MutedRow, ...]:
    """What a person has muted, the latest first, then saved searches."""
    mutes = select(Mute).where(Mute.user_id == user_id).order_by(Mute.id.desc())
    searches = select(SavedSearch).where(SavedSearch.user_id == user_id, SavedSearch.muted_at.is_not(None))
    targets = [Target(user_id, _scope(one), one.result_id, one.need_id) for one in uow.session.scalars(mutes)]
    targets += [Target(user_id, Scope.SEARCH, search_id=one.id) for one in uow.session.scalars(searches)]
    return tuple(mutable(uow, target) for target in targets)


def mutable(uow: UnitOfWork, target: Target) -> MutedRow:
    """What a target is about, whether it is muted or not. Raises NotFound when its person or search is gone."""
    search = uow.session.get(SavedSearch, target.search_id) if target.search_id else None
    if uow.session.get(User, target.user_id) is None or (target.scope is Scope.SEARCH and search is None):
        raise NotFound(N_("There is no such page."))
    if search is not None:
        return MutedRow(target, search.name)
    ids = [id_ for id_ in (target.result_id, target.need_id) if id_ is not None]
    listings = [uow.session.get_one(Listing, id_) for id_ in ids]
    return MutedRow(target, *(one.title if may_see(uow.actor, one) else "" for one in listings))


def saved_searches(session: Session, user_id: int) -> tuple[SavedSearch, ...]:
    """The searches a person keeps, by name."""
    mine = select(SavedSearch).where(SavedSearch.user_id == user_id)
    return tuple(session.scalars(mine.order_by(SavedSearch.name, SavedSearch.id)))


def figures(session: Session) -> dict[str, int]:
    """How many messages went out how, and how much waits for a digest."""
    counted = select(AlertMessage.how, func.count(AlertMessage.id)).group_by(AlertMessage.how)
    by_how: dict[Frequency, int] = dict(session.execute(counted).all())
    matches = select(func.count(MatchAlert.id)).where(MatchAlert.message_id.is_(None))
    finds = select(func.count(SearchAlert.id)).where(SearchAlert.message_id.is_(None))
    found = {how.value: by_how.get(how, 0) for how in Frequency if how is not Frequency.OFF}
    return {**found, "waiting": (session.scalar(matches) or 0) + (session.scalar(finds) or 0)}


def _match_line(row: MatchAlert, result: Result, need: Need) -> MatchLine:
    own, other = (result, need) if row.side is Side.RESULT else (need, result)
    return MatchLine(row.side, own, other, row.strength, why_stored(row.explanation))


def _by_id(session: Session, model: type[L], ids: Iterable[int]) -> dict[int, L]:
    return {one.id: one for one in session.scalars(select(model).where(model.id.in_(set(ids))))}


def _scope(mute: Mute) -> Scope:
    if mute.result_id and mute.need_id:
        return Scope.PAIR
    return Scope.RESULT if mute.result_id else Scope.NEED
