"""What new listings mean to people: matches as their own match lists show them, and finds of saved searches. Writes nothing.

Each new listing asks its own list, and is looked for in the lists of the few listings of the other side that are most like it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Select, select

from marketplace.alerts import searches
from marketplace.alerts.hearers import MODELS, Hearer, hearer, settled, wanting
from marketplace.alerts.rules import CANDIDATES, NEAREST, PREPARED
from marketplace.infra.outbox import NotYet
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.events import Event
from marketplace.listings.events import ListingIndexed
from marketplace.listings.rules import ListingKind
from marketplace.matching.queries import MatchRow, among_nearest, good_matches, nearest
from marketplace.matching.reasons import stored
from marketplace.matching.rules import Side, Strength
from marketplace.needs.models import Need
from marketplace.results.models import Result

L = TypeVar("L", Result, Need)

OTHER = {Side.RESULT: Side.NEED, Side.NEED: Side.RESULT}


@dataclass(frozen=True)
class FoundMatch:
    """A match one person is to hear of; `side` is his, `held` that it came with an import and may wait for the rest."""

    user_id: int
    side: Side
    result_id: int
    need_id: int
    strength: Strength
    explanation: dict[str, Any]
    held: bool


@dataclass(frozen=True)
class Find:
    """A listing one saved search of a person has found."""

    user_id: int
    search_id: int
    listing_id: int
    held: bool


@dataclass(frozen=True)
class Findings:
    """What is to be written down."""

    matches: tuple[FoundMatch, ...]
    finds: tuple[Find, ...]


def look(uow: UnitOfWork, events: Sequence[Event]) -> Findings:
    """What the listings that can be found now mean to whom. Raises NotYet while an index is being built anew.

    A list from part of the catalogue would praise what is not good, and what it lacks would never be told.
    """
    if not uow.services.can_find_all:
        raise NotYet("an index is being built anew")
    matches: list[FoundMatch] = []
    finds: list[Find] = []
    hearers = _Hearers(uow)
    heard = [one for one in events if isinstance(one, ListingIndexed)]
    for kind in ListingKind:
        new = {one.listing_id: one.imported for one in heard if one.kind == kind}
        if new:
            matches += _told(uow, list(_rows(uow, kind, frozenset(new))), new, hearers)
            finds += _finds(uow, kind, new, hearers)
    return Findings(tuple(matches), tuple(finds))


def prepare(uow: UnitOfWork) -> None:
    """Scheduled: work out for the newest needs how good a match must be to be among their first, and how they see the results.

    Who publishes after a start, or after the catalogue has changed, would wait for that otherwise.
    """
    for need in uow.session.scalars(_newest(Need, PREPARED)):
        among_nearest(uow, need, NEAREST, frozenset())
    for result in uow.session.scalars(_newest(Result, CANDIDATES)):
        nearest(uow, result, CANDIDATES)


def _newest(model: type[L], count: int) -> Select[L]:
    shown = select(model).where(model.state.in_(model.shown_in))
    return shown.order_by(model.published_at.desc(), model.id.desc()).limit(count)


@dataclass
class _Hearers:
    """Each person is read once."""

    uow: UnitOfWork
    known: dict[int, Hearer | None] = field(default_factory=dict)

    def get(self, user_id: int) -> Hearer | None:
        """The person, None for one who is disabled."""
        if user_id not in self.known:
            self.known[user_id] = hearer(self.uow, user_id)
        return self.known[user_id]


def _told(
    uow: UnitOfWork, found: Sequence[tuple[MatchRow, Side]], new: Mapping[int, bool], hearers: _Hearers
) -> Iterator[FoundMatch]:
    """Who hears of which of these rows; `new` says of each new listing whether it was imported."""
    past = settled(uow, ((row.result_id, row.need_id) for row, _ in found))
    for row, side in found:
        if (row.result_id, row.need_id) in past:
            continue
        result, need = uow.session.get_one(Result, row.result_id), uow.session.get_one(Need, row.need_id)
        held, why = new.get(result.id) or new.get(need.id) or False, stored(row.reason)
        for user_id in sorted(wanting(uow, result if side is Side.RESULT else need)):
            person = hearers.get(user_id)
            if person is not None and person.hears_of(result, need, side):
                yield FoundMatch(user_id, side, row.result_id, row.need_id, row.strength, why, held)


def _rows(uow: UnitOfWork, kind: ListingKind, new: frozenset[int]) -> Iterator[tuple[MatchRow, Side]]:
    """Rows of match lists that are worth telling, each with the side whose list it is."""
    side, others = Side(kind.value), set[int]()
    for listing in _shown(uow, kind, new):
        others |= nearest(uow, listing, CANDIDATES)
        if wanting(uow, listing):
            yield from ((row, side) for row in good_matches(uow, listing))
    for listing in _shown(uow, ListingKind(OTHER[side].value), others):
        # First what is cheap: in many of their lists the new listing is nowhere near the head.
        reached = frozenset[int]() if listing.on_behalf else among_nearest(uow, listing, NEAREST, new)
        if reached and wanting(uow, listing):
            rows = good_matches(uow, listing, reached)
            yield from ((row, OTHER[side]) for row in rows if {row.result_id, row.need_id} & reached)


def _finds(uow: UnitOfWork, kind: ListingKind, new: Mapping[int, bool], hearers: _Hearers) -> Iterator[Find]:
    listings = {listing.id: listing for listing in _shown(uow, kind, new)}
    for search, listing_id in searches.finds(uow, kind, listings):
        person = hearers.get(search.user_id)
        if person is not None and not person.is_silenced and person.is_news(listings[listing_id]):
            yield Find(search.user_id, search.id, listing_id, new[listing_id])


def _shown(uow: UnitOfWork, kind: ListingKind, ids: Iterable[int]) -> Sequence[Result | Need]:
    """Those that everybody still sees."""
    model = MODELS[kind]
    wanted = select(model).where(model.id.in_(sorted(ids)), model.state.in_(model.shown_in)).order_by(model.id)
    return [one for one in uow.session.scalars(wanted) if isinstance(one, Result | Need)]
