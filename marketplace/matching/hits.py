"""Asking the index of the other side about a listing: which texts are most like its own, and why one of them is.

Both indexes take part: what every need says weighs little, and what a need makes of a result counts for the result too.
"""

from collections.abc import Callable

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.listings.rules import ListingKind
from marketplace.matching.texts import need_text, result_text
from marketplace.needs.models import Need
from marketplace.results.models import Result
from search_index.document import Match


def hits(
    uow: UnitOfWork,
    listing: Result | Need,
    limit: int,
    exclude: frozenset[int] = frozenset(),
    explained: int | None = None,
) -> tuple[Match, ...]:
    """The listings of the other side most like this one, the best first, by what everybody may read of them."""
    index = uow.services.catalogues[_other(listing)]
    asker = uow.services.catalogues[listing.kind].asker(listing.id)
    return index.match(listing.title, _text(listing), limit, exclude=exclude, explained=explained, asker=asker)


def among_first(
    uow: UnitOfWork,
    listing: Result | Need,
    place: int,
    others: frozenset[int],
    exclude: Callable[[], frozenset[int]],
) -> frozenset[int]:
    """Which of these listings of the other side are among the first `place` for this one by the words alone."""
    index = uow.services.catalogues[_other(listing)]
    asker = uow.services.catalogues[listing.kind].asker(listing.id)
    return index.among_first((listing.title, _text(listing)), place, others, exclude, asker)


def hit(uow: UnitOfWork, listing: Result | Need, other_id: int) -> Match | None:
    """What the index says of one of them; None where it is not in the index."""
    asker = uow.services.catalogues[listing.kind].asker(listing.id)
    return uow.services.catalogues[_other(listing)].explain(listing.title, _text(listing), other_id, asker=asker)


def _other(listing: Result | Need) -> ListingKind:
    return ListingKind.NEED if isinstance(listing, Result) else ListingKind.RESULT


def _text(listing: Result | Need) -> str:
    return result_text(listing) if isinstance(listing, Result) else need_text(listing)
