"""A search as the catalogue page shows it: facets, chips, orders and advice as links. All state is in the query string."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from flask import render_template, request, url_for
from flask_babel import get_locale
from sqlalchemy.orm import Session

from marketplace.listings.rules import Industry, ListingKind
from marketplace.listings.search import (
    FACETS,
    NONE,
    SORTS,
    Attempt,
    Criteria,
    Facet,
    Reader,
    Sort,
    advise,
    elsewhere,
    meant,
    search,
)
from marketplace.listings.search_words import examples
from marketplace.listings.snippets import Marks, any_marked, marked_title, marked_unit, snippet
from marketplace.organisations.regions import County, load_region
from marketplace.web.context import reading, runtime
from marketplace.web.locale import translate
from marketplace.web.paging import Paging, url_with
from marketplace.web.regions import county_name
from search_index.document import MISSING, Fragment, Hit, Page
from search_index.index import SearchIndex

CATALOGUES = {ListingKind.RESULT: "results.catalogue", ListingKind.NEED: "needs.catalogue"}


class Card(Protocol):
    """What the card of every kind has; `text` is the public text that snippets are cut from."""

    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def party(self) -> str | None: ...
    @property
    def county(self) -> str | None: ...
    @property
    def industry(self) -> Industry | None: ...
    @property
    def ways(self) -> tuple[str, ...]: ...
    @property
    def on_behalf(self) -> bool: ...
    @property
    def published_at(self) -> datetime | None: ...


_FRESH: Mapping[str, None] = {"page": None, "as_of": None}
"""What is dropped from an address that leads to another list."""

C = TypeVar("C", bound=Card)
Read = Callable[[Session, Sequence[int]], Mapping[int, C]]
"""Reads the cards of listings that everybody sees."""


@dataclass(frozen=True)
class Shown(Generic[C]):
    """A card with what matched; `unit` is the name of the unit where nothing else did."""

    card: C
    title: tuple[Fragment, ...]
    fragments: tuple[Fragment, ...]
    unit: tuple[Fragment, ...]


@dataclass(frozen=True)
class Link:
    """A choice that is one tap away."""

    label: str
    url: str
    count: int = 0
    active: bool = False


@dataclass(frozen=True)
class Group:
    """A facet with its values."""

    title: str
    options: list[Link]


@dataclass(frozen=True)
class Suggestion:
    """What to try when nothing was found."""

    drop: Link | None
    words: list[Link]


@dataclass(frozen=True)
class SearchPage:
    """Everything beside the cards themselves."""

    criteria: Criteria
    hits: tuple[Hit, ...]
    paging: Paging
    relaxed: bool
    groups: list[Group]
    chips: list[Link]
    clear_url: str
    orders: list[Link]
    suggestion: Suggestion | None
    elsewhere: Link | None
    """The other catalogue, where it holds what was typed: the box at the top of every page is for both."""
    readings: Mapping[str, tuple[str, ...]]
    meant: Link | None
    is_rebuilding: bool
    """Nothing was found, and the index is not what it should be: there may well be something in a minute."""

    @property
    def marks(self) -> Marks:
        """What is marked on the cards."""
        return Marks.of(self.criteria.clauses, self.readings)

    @property
    def prefixes(self) -> list[tuple[str, str]]:
        """Prefixes of the search box in the reader's language, each with an example."""
        return examples(self.criteria.kind, str(get_locale()))

    @property
    def origin(self) -> dict[str, str]:
        """What a link to a listing carries, so that an interest knows where it began."""
        return {"origin": "search", "ref": self.criteria.text} if self.criteria.text else {}


def read_criteria(kind: ListingKind, *, strict: bool) -> Criteria:
    """The criteria of this request. Raises InvalidInput when strict."""
    return Reader(kind, _counties(), strict=strict).read(request.args.to_dict(flat=False))


def _counties() -> tuple[County, ...]:
    return load_region(runtime().settings.region).counties


def catalogue_index(kind: ListingKind) -> SearchIndex:
    """The index of one kind of listing."""
    return runtime().factory.services.catalogues[kind.value]


def catalogue_page(kind: ListingKind, read: Read[C], template: str) -> str:
    """What a search finds, or everything, the newest first. A hit that is not shown any more is passed over."""
    found = search_page(kind)
    with reading() as uow:
        cards = read(uow.session, [hit.id for hit in found.hits])
    shown = [_shown(card, hit, found.marks) for hit in found.hits if (card := cards.get(hit.id)) is not None]
    return render_template(template, found=found, shown=shown)


def _shown(card: C, hit: Hit, marks: Marks) -> Shown[C]:
    title, fragments = marked_title(card.title, marks), snippet(card.text, marks, hit)
    seen = fragments or any_marked(title)
    return Shown(card, title, fragments, () if seen else marked_unit(card.party, marks))


@dataclass(frozen=True)
class StablePaging(Paging):
    """Pages of what was published by the moment the first of them was shown."""

    as_of: int

    def url(self, number: int) -> str:
        """The same list at another page; the first is always fresh."""
        return url_with(page=number, as_of=self.as_of) if number > 1 else url_with(**_FRESH)


def search_page(kind: ListingKind) -> SearchPage:
    """The search this request asks for."""
    criteria = read_criteria(kind, strict=False)
    index = catalogue_index(kind)
    found = search(index, criteria)
    paging = StablePaging(criteria.page, criteria.size, found.total, as_of(criteria))
    if paging.number > paging.pages:  # The list has become shorter since, or somebody typed the number.
        criteria, paging = replace(criteria, page=paging.pages), replace(paging, number=paging.pages)
        found = search(index, criteria)
    return SearchPage(
        criteria=criteria,
        hits=found.hits,
        paging=paging,
        relaxed=found.relaxed,
        groups=[group for facet in FACETS[kind] if (group := _group(facet, criteria, found))],
        chips=_chips(criteria),
        clear_url=url_for(CATALOGUES[kind], q=criteria.text or None),
        orders=_orders(criteria),
        suggestion=None if found.total else _suggestion(criteria, index),
        elsewhere=_elsewhere(criteria),
        readings=found.readings,
        meant=_meant(criteria, index) if found.relaxed or not found.total else None,
        is_rebuilding=not found.total and not index.is_whole(),
    )


def as_of(criteria: Criteria) -> int:
    """The moment the pages of a list agree on, in seconds since 1970: what a page was asked for, else this one."""
    return criteria.as_of or math.ceil(runtime().factory.clock.now().timestamp())


def label_of(facet: Facet, value: str) -> str:
    """A value as a person reads it."""
    if value in {NONE, MISSING}:
        return translate(facet.missing)
    if facet.values is None:
        return county_name(value) or value
    return translate(facet.values(value).label)


def _group(facet: Facet, criteria: Criteria, found: Page) -> Group | None:
    """A facet that nobody has filled in is left out; that a county is missing is worth knowing."""
    counts: Mapping[str, int] = {value or NONE: count for value, count in found.facets[facet.name].items()}
    chosen = criteria.filters.get(facet.name, frozenset())
    shown = [*counts, *sorted(chosen - counts.keys())]
    if shown == [NONE] and not chosen and facet.name != "county":
        return None
    options = [
        Link(label_of(facet, value), _toggled(facet, chosen, value), counts.get(value, 0), value in chosen)
        for value in shown
    ]
    return Group(translate(facet.title), options)


def _toggled(facet: Facet, chosen: frozenset[str], value: str) -> str:
    left = sorted(chosen ^ {value})
    return url_with(**_FRESH, **{facet.name: left or None})


def _chips(criteria: Criteria) -> list[Link]:
    return [
        Link(label_of(facet, value), _toggled(facet, criteria.filters[facet.name], value))
        for facet in FACETS[criteria.kind]
        for value in sorted(criteria.filters.get(facet.name, ()))
    ]


def _orders(criteria: Criteria) -> list[Link]:
    """Without a text there is no relevance to sort by. The order in force can be turned round."""
    orders = [order for order in SORTS[criteria.kind] if criteria.text or order.name != "relevance"]
    shown = [way for order in orders for way in _ways(order, criteria.order)]
    return [
        Link(translate(way.label), url_with(**_FRESH, sort=way.name), active=way == criteria.order) for way in shown
    ]


def _ways(order: Sort, chosen: Sort) -> tuple[Sort, ...]:
    return (order, order.reverse) if order.backwards and chosen in {order, order.reverse} else (order,)


def _suggestion(criteria: Criteria, index: SearchIndex) -> Suggestion:
    advice = advise(index, criteria)
    words = [Link(one.criteria.text, _url(one.criteria), one.count) for one in advice.words]
    return Suggestion(_fewer(criteria, advice.fewer_filters), words)


def _meant(criteria: Criteria, index: SearchIndex) -> Link | None:
    text = meant(index, criteria)
    return Link(text, url_with(**_FRESH, q=text)) if text else None


def _elsewhere(criteria: Criteria) -> Link | None:
    other = next(kind for kind in ListingKind if kind is not criteria.kind)
    there = Reader(other, _counties(), strict=False).read({"q": [criteria.text]})
    attempt = elsewhere(catalogue_index(other), there)
    return Link("", url_for(CATALOGUES[other], q=criteria.text), attempt.count) if attempt else None


def _fewer(criteria: Criteria, attempt: Attempt | None) -> Link | None:
    """The chosen values that the attempt gives up."""
    if attempt is None:
        return None
    given_up = [
        facet for facet in FACETS[criteria.kind] if facet.name in criteria.filters.keys() - attempt.criteria.filters
    ]
    labels = [label_of(facet, value) for facet in given_up for value in sorted(criteria.filters[facet.name])]
    return Link("、".join(labels), _url(attempt.criteria), attempt.count)


def _url(criteria: Criteria) -> str:
    filters = {facet.name: sorted(criteria.filters.get(facet.name, ())) or None for facet in FACETS[criteria.kind]}
    return url_with(**_FRESH, q=criteria.text or None, **filters)
