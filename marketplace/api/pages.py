"""What every list and every object of the API looks like."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from flask import Response, jsonify
from sqlalchemy.orm import Session

from marketplace.kernel.states import Relation
from marketplace.listings.models import Listing
from marketplace.listings.rules import ListingKind
from marketplace.listings.search import search
from marketplace.listings.search_page import catalogue_index, read_criteria
from marketplace.listings.snippets import WIDTH, snippet
from marketplace.web.context import reading
from marketplace.web.locale import translate
from marketplace.web.paging import Paging
from search_index.document import Fragment

C = TypeVar("C")


def found(
    kind: ListingKind,
    read: Callable[[Session, list[int]], Mapping[int, C]],
    item: Callable[[C], dict[str, Any]],
    text_of: Callable[[C], str],
) -> Response:
    """The page of a search: total, items, page, pages and the counts of the facets. Raises InvalidInput."""
    criteria = read_criteria(kind, strict=True)
    hits = search(catalogue_index(kind), criteria)
    with reading() as uow:
        cards = read(uow.session, [hit.id for hit in hits.hits])
    items = [
        {**item(card), "snippet": _plain(snippet(text_of(card), criteria.text, hit)) or text_of(card)[:WIDTH]}
        for hit in hits.hits
        if (card := cards.get(hit.id)) is not None
    ]
    return jsonify(
        total=hits.total,
        items=items,
        page=criteria.page,
        pages=Paging(criteria.page, criteria.size, hits.total).pages,
        relaxed=hits.relaxed,
        facets={
            name: {value or "none": count for value, count in counts.items()} for name, counts in hits.facets.items()
        },
    )


def actions(listing: Listing, relations: frozenset[Relation]) -> list[dict[str, Any]]:
    """What this reader may do with the listing now, by its state table."""
    return [
        {"action": one.action, "label": translate(one.label), "reason_required": one.reason_required}
        for one in listing.states.available(listing.status, relations)
    ]


def moment(at: datetime | date | None) -> str | None:
    """ISO 8601; moments are UTC."""
    return at.isoformat() if at else None


def _plain(fragments: tuple[Fragment, ...]) -> str:
    return "".join(fragment.text for fragment in fragments)
