"""The reading side of alerts: a message with what it told, what is muted, and how many were told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.alerts.models import AlertMessage, MatchAlert, Mute, Preference, SavedSearch, SearchAlert
from marketplace.alerts.rules import Frequency, Scope
from marketplace.alerts.targets import Target
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.listings.models import Listing
from marketplace.matching.cards import Card, need_card, result_card
from marketplace.matching.reasons import Why
from marketplace.matching.rules import Place, Side, Strength
from marketplace.needs.models import Need
from marketplace.organisations.parties import names_of
from marketplace.results.models import Result

L = TypeVar("L", bound=Listing)


@dataclass(frozen=True)
class MatchLine:
    """One match as it was told. `own_title` is the person's listing; the words are those that carried it then."""

    side: Side
    result_id: int
    need_id: int
    own_title: str
    title: str
    strength: Strength
    why: tuple[Why, ...]
    is_shown: bool

    @property
    def own_id(self) -> int:
        """The person's own listing."""
        return self.result_id if self.side is Side.RESULT else self.need_id

    def target(self, user_id: int, scope: Scope) -> Target:
        """What the person mutes with this line's buttons."""
        result_id = self.result_id if scope in {Scope.PAIR, Scope.RESULT} else None
        return Target(user_id, scope, result_id, self.need_id if scope in {Scope.PAIR, Scope.NEED} else None)


@dataclass(frozen=True)
class FindLine:
    """One find of a saved search."""

    search_id: int
    search: str
    listing: Listing
    is_shown: bool

    def target(self, user_id: int) -> Target:
        """What the person mutes with this line's button."""
        return Target(user_id, Scope.SEARCH, search_id=self.search_id)


@dataclass(frozen=True)
class Told:
    """A message with its lines, the strongest matches of each own listing first."""

    message: AlertMessage
    matches: tuple[MatchLine, ...]
    finds: tuple[FindLine, ...]


@dataclass(frozen=True)
class MutedRow:
    """Something a person has muted, under the title of what it is about."""

    target: Target
    title: str
    other_title: str = ""


def own_message(uow: UnitOfWork, message_id: int) -> Told:
    """A message to the actor. Raises NotFound for anybody else's."""
    message = uow.session.get(AlertMessage, message_id)
    if message is None or message.user_id != uow.actor.user_id:
        raise NotFound(N_("There is no such page."))
    return told(uow.session, message)


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
        tuple(FindLine(search.id, search.name, one, _is_shown(one)) for _, search, one in finds),
    )


def cards(session: Session, message: Told) -> Mapping[int, Card]:
    """The cards of the listings of the other side that are still shown, by id. A need that asks not to be named is not."""
    wanted = {line.need_id if line.side is Side.RESULT else line.result_id for line in message.matches if line.is_shown}
    wanted |= {line.listing.id for line in message.finds if line.is_shown}
    listings = session.scalars(select(Listing).where(Listing.id.in_(wanted))).all()
    names = names_of(session, {listing.party_id for listing in listings})
    return {
        one.id: need_card(one, names, names_party=not one.anonymous)
        if isinstance(one, Need)
        else result_card(one, names)
        for one in listings
        if isinstance(one, Need | Result)
    }


def preference_of(session: Session, user_id: int) -> Preference:
    """What a person wants; not stored yet where he has never said."""
    return session.get(Preference, user_id) or Preference(user_id=user_id, frequency=Frequency.INSTANT)


def muted(session: Session, user_id: int) -> tuple[MutedRow, ...]:
    """What a person has muted, the latest first."""
    mutes = session.scalars(select(Mute).where(Mute.user_id == user_id).order_by(Mute.id.desc())).all()
    titles = _titles(session, (id_ for mute in mutes for id_ in (mute.result_id, mute.need_id) if id_))
    searches = select(SavedSearch).where(SavedSearch.user_id == user_id, SavedSearch.muted_at.is_not(None))
    return (
        *(_muted_row(user_id, mute, titles) for mute in mutes),
        *(MutedRow(Target(user_id, Scope.SEARCH, search_id=one.id), one.name) for one in session.scalars(searches)),
    )


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
    why = tuple(Why(term["text"], Place(term["field"])) for term in row.explanation["terms"])
    return MatchLine(row.side, row.result_id, row.need_id, own.title, other.title, row.strength, why, _is_shown(other))


def _is_shown(listing: Listing) -> bool:
    return listing.state in listing.shown_in


def _by_id(session: Session, model: type[L], ids: Iterable[int]) -> dict[int, L]:
    return {one.id: one for one in session.scalars(select(model).where(model.id.in_(set(ids))))}


def _titles(session: Session, ids: Iterable[int]) -> dict[int, str]:
    rows = session.execute(select(Listing.id, Listing.title).where(Listing.id.in_(set(ids))))
    return {id_: title for id_, title in rows}  # noqa: C416 - a row is no pair to the type checker


def _muted_row(user_id: int, mute: Mute, titles: Mapping[int, str]) -> MutedRow:
    if mute.result_id and mute.need_id:
        target = Target(user_id, Scope.PAIR, mute.result_id, mute.need_id)
        return MutedRow(target, titles[mute.result_id], titles[mute.need_id])
    scope = Scope.RESULT if mute.result_id else Scope.NEED
    return MutedRow(Target(user_id, scope, mute.result_id, mute.need_id), titles[mute.result_id or mute.need_id or 0])
