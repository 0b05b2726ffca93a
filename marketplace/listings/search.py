"""A search of a catalogue: what may be asked, how it is asked of the index, and what to try when nothing is found.

It knows neither the web nor the database: arguments in, a page of ids with counts out.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import rjieba

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_, Labelled
from marketplace.listings.catalogue import Budget, Patent
from marketplace.listings.rules import Category, Industry, ListingKind, Maturity, Way
from marketplace.listings.search_words import clauses_of
from marketplace.organisations.regions import County
from search_index.document import MISSING, RELEVANCE, TITLE, Clause, Page, Query
from search_index.index import SearchIndex

NONE = "none"
"""How a query string asks for listings without a value of a facet."""

TEXT_LIMIT = 200
PAGE_SIZE = 20
LAST_PAGE = 500
LAST_MOMENT = 10**11
_DIGITS = 12
WORDS_TRIED = 6

Arguments = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Facet:
    """A filter: its title, and its values. Without an enum the values are counties."""

    name: str
    title: str
    values: type[Labelled] | None
    missing: str = N_("Not stated")


@dataclass(frozen=True)
class Sort:
    """An order one can choose, and what it is called the other way round; `key` is the index's name for it.

    What lacks the key comes last either way.
    """

    name: str
    label: str
    key: str
    descending: bool = True
    backwards: str = ""

    @property
    def reverse(self) -> "Sort":
        """The same the other way round; its name has a minus."""
        return Sort(f"-{self.name}", self.backwards, self.key, not self.descending)


_INDUSTRY = Facet("industry", N_("Industry"), Industry)
_COUNTY = Facet("county", N_("County"), None, N_("County not stated"))
_WAY = Facet("way", N_("Way of cooperation"), Way)
_BY_RELEVANCE = Sort("relevance", N_("Relevance"), RELEVANCE)
_NEWEST = Sort("newest", N_("Newest"), "published", backwards=N_("Oldest"))

FACETS: Mapping[ListingKind, tuple[Facet, ...]] = {
    ListingKind.RESULT: (
        _INDUSTRY,
        _COUNTY,
        Facet("category", N_("Category"), Category),
        Facet("maturity", N_("Maturity"), Maturity),
        _WAY,
        Facet("patent", N_("Patent"), Patent),
    ),
    ListingKind.NEED: (_INDUSTRY, _COUNTY, _WAY, Facet("budget", N_("Budget"), Budget, N_("Open to talks"))),
}
SORTS: Mapping[ListingKind, tuple[Sort, ...]] = {
    ListingKind.RESULT: (
        _BY_RELEVANCE,
        _NEWEST,
        Sort("benefit", N_("Benefit"), "benefit", backwards=N_("Least benefit")),
    ),
    ListingKind.NEED: (
        _BY_RELEVANCE,
        _NEWEST,
        Sort("deadline", N_("Deadline"), "deadline", descending=False, backwards=N_("Latest deadline")),
        Sort("budget", N_("Budget"), "budget", backwards=N_("Smallest budget")),
    ),
}


@dataclass(frozen=True)
class Criteria:
    """What is asked for; `filters` holds the values of the query string, `page` counts from 1.

    `clauses` is what the text was taken apart into; `as_of`, in seconds since 1970, is when the first page was shown:
    what was published later is on none of the pages after it, so that no row is shown twice.
    """

    kind: ListingKind
    text: str
    clauses: tuple[Clause, ...]
    filters: Mapping[str, frozenset[str]]
    order: Sort
    page: int = 1
    size: int = PAGE_SIZE
    as_of: int | None = None

    def saying(self, text: str) -> "Criteria":
        """The same with another text, of words alone."""
        return replace(self, text=text, clauses=(Clause(text),), page=1)

    def without(self, facet: str) -> "Criteria":
        """The same without one filter."""
        return replace(self, filters={name: values for name, values in self.filters.items() if name != facet}, page=1)

    def unfiltered(self) -> "Criteria":
        """The same without any filter."""
        return replace(self, filters={}, page=1)


@dataclass(frozen=True)
class Attempt:
    """Criteria that do find something, and how much."""

    criteria: Criteria
    count: int


@dataclass(frozen=True)
class Advice:
    """What to try instead: without the filter whose removal brings most (else without all), and shorter words."""

    fewer_filters: Attempt | None
    words: tuple[Attempt, ...]


class Reader:
    """Reads the arguments of a request. On a page nonsense is passed over; a strict reader says what is wrong."""

    def __init__(self, kind: ListingKind, counties: Sequence[County], *, strict: bool) -> None:
        self._kind = kind
        self._counties = counties
        self._strict = strict

    def read(self, arguments: Arguments) -> Criteria:
        """The criteria. A strict reader raises InvalidInput naming the parameter and what it may be."""
        if self._strict:
            self._check_names(arguments)
        text = " ".join(_first(arguments, "q").split())
        if self._strict and len(text) > TEXT_LIMIT:
            raise InvalidInput(N_("At most %(limit)s characters can be searched for."), field="q", limit=TEXT_LIMIT)
        filters = {facet.name: self._values(facet, arguments) for facet in FACETS[self._kind]}
        return Criteria(
            self._kind,
            text[:TEXT_LIMIT],
            clauses_of(self._kind, text[:TEXT_LIMIT], self._counties),
            {name: values for name, values in filters.items() if values},
            self._order(_first(arguments, "sort"), text),
            self._number(arguments, "page", 1, LAST_PAGE),
            self._number(arguments, "size", PAGE_SIZE, 100) if self._strict else PAGE_SIZE,
            self._number(arguments, "as_of", 0, LAST_MOMENT) or None,
        )

    def _check_names(self, arguments: Arguments) -> None:
        known = {"q", "sort", "page", "size", "as_of", *(facet.name for facet in FACETS[self._kind])}
        for name in sorted(set(arguments) - known):
            raise InvalidInput(
                N_("There is no parameter %(name)s. There are: %(known)s."),
                field=name,
                name=name[:40],
                known=", ".join(sorted(known)),
            )

    def _values(self, facet: Facet, arguments: Arguments) -> frozenset[str]:
        known = {NONE, *(facet.values or (county.code for county in self._counties))}
        asked = frozenset(value for value in arguments.get(facet.name, ()) if value)
        self._refuse(facet.name, asked - known, known)
        return asked & known

    def _order(self, name: str, text: str) -> Sort:
        both_ways = (way for order in SORTS[self._kind] for way in (order, order.reverse) if way.label)
        orders = {order.name: order for order in both_ways}
        self._refuse("sort", {name} - {"", *orders}, orders)
        return orders.get(name) or (_BY_RELEVANCE if text else _NEWEST)

    def _number(self, arguments: Arguments, name: str, default: int, largest: int) -> int:
        given = _first(arguments, name)
        if given.isascii() and given.isdigit() and 1 <= int(given[:_DIGITS]) <= largest:
            return int(given[:_DIGITS])
        if given and self._strict:
            raise InvalidInput(
                N_("%(name)s is a number from 1 to %(largest)s."), field=name, name=name, largest=largest
            )
        return default

    def _refuse(self, name: str, unknown: Collection[str], known: Iterable[str]) -> None:
        if unknown and self._strict:
            raise InvalidInput(
                N_("%(name)s cannot be “%(value)s”. It may be: %(known)s."),
                field=name,
                name=name,
                value=min(unknown)[:40],
                known=", ".join(sorted(known)),
            )


def search(index: SearchIndex, criteria: Criteria) -> Page:
    """The page of ids with the counts of all facets; a facet's own filter does not lower its counts."""
    return index.search(as_query(criteria))


def as_query(criteria: Criteria) -> Query:
    """What is asked of the index."""
    return Query(
        text=criteria.clauses,
        filters=_in_index(criteria.filters),
        facets=tuple(facet.name for facet in FACETS[criteria.kind]),
        sort=criteria.order.key if criteria.text or criteria.order is not _BY_RELEVANCE else _NEWEST.key,
        descending=criteria.order.descending,
        offset=(criteria.page - 1) * criteria.size,
        limit=criteria.size,
        until=None if criteria.as_of is None else (_NEWEST.key, float(criteria.as_of)),
    )


def meant(index: SearchIndex, criteria: Criteria) -> str:
    """What was probably meant, in place of a slip; empty where nothing better is known. It does find something."""
    text = criteria.text
    for slip, better in index.correct(as_query(criteria)):
        if slip.text not in text:
            return ""
        text = text.replace(slip.text, better.text, 1)
    return "" if text == criteria.text else text


def elsewhere(other: SearchIndex, there: Criteria) -> Attempt | None:
    """What the other catalogue holds of the same text, all of it: half of the words is worth no detour."""
    page = other.search(Query(text=there.clauses, limit=0)) if there.text else None
    return Attempt(there, page.total) if page and page.total and not page.relaxed else None


def advise(index: SearchIndex, criteria: Criteria) -> Advice:
    """What to try when nothing was found."""
    words = (criteria.saying(word) for word in _words(criteria))
    attempts = (_attempt(index, shorter) or _attempt(index, shorter.unfiltered()) for shorter in words)
    return Advice(_fewer_filters(index, criteria), tuple(one for one in attempts if one))


def _fewer_filters(index: SearchIndex, criteria: Criteria) -> Attempt | None:
    attempts = [_attempt(index, criteria.without(facet)) for facet in criteria.filters]
    best = max((one for one in attempts if one), key=lambda one: one.count, default=None)
    return best or (_attempt(index, criteria.unfiltered()) if criteria.filters else None)


def _attempt(index: SearchIndex, criteria: Criteria) -> Attempt | None:
    count = index.search(Query(text=criteria.clauses, filters=_in_index(criteria.filters), limit=0)).total
    return Attempt(criteria, count) if count else None


def _words(criteria: Criteria) -> Iterator[str]:
    """The words that are asked for and shorter than the whole, the first few."""
    texts = [clause.text for clause in criteria.clauses if not clause.excluded and clause.field in {"", TITLE}]
    words = dict.fromkeys(word.strip() for text in texts for word in rjieba.cut(text) if len(word.strip()) > 1)
    return iter([word for word in words if word != criteria.text][:WORDS_TRIED])


def _in_index(filters: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {
        name: frozenset(MISSING if value == NONE else value for value in values) for name, values in filters.items()
    }


def _first(arguments: Arguments, name: str) -> str:
    return next(iter(arguments.get(name, ())), "")
