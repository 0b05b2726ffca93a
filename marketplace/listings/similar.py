"""Listings of the same kind that are like one being written or reviewed. Tells, and never stands in anybody's way.

What is published is found by the index; what is not, among the listings the actor may see: his own, and in review those of
his office. Of others' listings only the public text is compared, or a hidden one could be found out by guessing at it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.listings.content import values_of
from marketplace.listings.likeness import ALIKE, NEARLY_SAME, likeness, marks_of
from marketplace.listings.models import Listing
from marketplace.listings.policy import is_insider, relations
from marketplace.listings.rules import TEXT_LENGTH, ListingKind
from marketplace.organisations.parties import names_of
from search_index.analysis import terms_with_text
from search_index.document import Fragment, Match, Share
from search_index.highlight import highlight
from search_index.shared_words import readable_terms

SHOWN = 5
POOL = 20
"""How many the index hands over; what is nearly the same text is among its first."""

UNSEEN = 300
"""How many unpublished listings are compared, the latest first: a tenth of a millisecond each."""

WORDS = 5
LONGEST_WORDS = 20
"""Characters of a stretch both texts hold: a whole sentence of them is no easier to read."""


class Compared(Protocol):
    """What of a kind of listing is needed here."""

    @property
    def name(self) -> ListingKind: ...

    @property
    def model(self) -> type[Listing]: ...

    @property
    def visible(self) -> Callable[[Actor], ColumnElement[bool]]: ...

    @property
    def public_text(self) -> Callable[[Any], str]: ...

    @property
    def names_party(self) -> Callable[[Actor, Any], bool]: ...


@dataclass(frozen=True)
class Similar:
    """One listing beside the one at hand; `party` is None where it may not be known, `words` stand in both."""

    listing: Listing
    party: str | None
    is_own: bool
    likeness: float
    title: tuple[Fragment, ...]
    words: tuple[str, ...]

    @property
    def is_nearly_same(self) -> bool:
        """One text was probably taken from the other, or it is the same thing twice."""
        return self.likeness >= NEARLY_SAME

    @property
    def percent(self) -> int:
        """How much of the shorter text stands in the other, rounded down."""
        return int(100 * self.likeness)

    @property
    def is_shown(self) -> bool:
        """Everybody sees it."""
        return self.listing.state in self.listing.shown_in


@dataclass(frozen=True)
class _Draft:
    title: str
    body: str

    @property
    def whole(self) -> str:
        return f"{self.title}\n{self.body}"


def similar_to(
    uow: UnitOfWork, kind: Compared, listing: Listing, changes: Mapping[str, Any] | None = None
) -> tuple[Similar, ...]:
    """The most alike, at most five; `changes` are those of a revision. The actor is known to see the whole listing."""
    draft = _draft(listing, {**values_of(listing), **(changes or {})})
    mine = marks_of(draft.whole)
    if not len(mine):
        return ()
    hits = {
        hit.id: hit
        for hit in uow.services.catalogues[kind.name].match(
            draft.title, draft.body, POOL, exclude=frozenset({listing.id})
        )
    }
    others = [*_published(uow, kind, list(hits)), *_unpublished(uow, kind, listing.id)]
    alike = [(likeness(mine, marks_of(_text(uow, kind, other))), other) for other in others]
    best = sorted((one for one in alike if one[0] >= ALIKE), key=lambda one: (-one[0], one[1].id))[:SHOWN]
    names = names_of(uow.session, {other.party_id for _, other in best})
    return tuple(
        _shown(uow, kind, draft, other, part, names[other.party_id].name, hits.get(other.id)) for part, other in best
    )


def _draft(listing: Listing, values: Mapping[str, Any]) -> _Draft:
    """Its title and its long texts: a unit such as 分钟 or a number makes nothing alike."""
    long_ones = [name for name, limit in listing.text_limits.items() if limit == TEXT_LENGTH]
    return _Draft(values["title"], "\n".join(values[name] for name in long_ones))


def _published(uow: UnitOfWork, kind: Compared, ids: Sequence[int]) -> Sequence[Listing]:
    model = kind.model
    return uow.session.scalars(select(model).where(model.id.in_(ids), model.state.in_(model.shown_in))).all()


def _unpublished(uow: UnitOfWork, kind: Compared, but: int) -> Sequence[Listing]:
    """Those the actor may see that have not come to their end."""
    model = kind.model
    over = model.shown_in | model.states.terminal()
    rows = select(model).where(kind.visible(uow.actor), model.state.not_in(over), model.id != but)
    return uow.session.scalars(rows.order_by(model.changed_at.desc(), model.id.desc()).limit(UNSEEN)).all()


def _text(uow: UnitOfWork, kind: Compared, other: Listing) -> str:
    if is_insider(uow.actor, other):
        return _draft(other, values_of(other)).whole
    return f"{other.title}\n{kind.public_text(other)}"


def _shown(
    uow: UnitOfWork, kind: Compared, draft: _Draft, other: Listing, part: float, party: str, hit: Match | None
) -> Similar:
    words = _words(_text(uow, kind, other), draft.whole, hit)
    return Similar(
        listing=other,
        party=party if kind.names_party(uow.actor, other) else None,
        is_own=bool(relations(uow.actor, other) & {Relation.AUTHOR, Relation.OWNER}),
        likeness=part,
        title=highlight(other.title, words),
        words=tuple(word if len(word) <= LONGEST_WORDS else f"{word[:LONGEST_WORDS]}…" for word in words),
    )


def _words(text: str, mine: str, hit: Match | None) -> tuple[str, ...]:
    """The longest stretches both hold, as the other writes them: the rare ones first where the index knows which are rare."""
    shares = hit.explanation.shares if hit else [Share(term, "body", 1.0) for term in _terms(text) & _terms(mine)]
    return tuple(term.text for term in readable_terms(shares, text, mine, limit=WORDS) if len(term.text) > 1)


def _terms(text: str) -> frozenset[str]:
    return frozenset(term for _, term in terms_with_text(text) if len(term) > 1)
