"""What every list and every object of the API looks like."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Response, jsonify

from marketplace.kernel.states import Relation
from marketplace.listings.addresses import listing_url
from marketplace.listings.models import Listing
from marketplace.listings.rules import ListingKind
from marketplace.listings.search import meant, search
from marketplace.listings.search_page import C, Card, Read, as_of, catalogue_index, read_criteria
from marketplace.listings.snippets import WIDTH, Marks, snippet
from marketplace.web.context import reading
from marketplace.web.locale import translate
from marketplace.web.paging import Paging
from search_index.document import Fragment


def found(kind: ListingKind, read: Read[C], more: Callable[[C], dict[str, Any]]) -> Response:
    """The page of a search: total, items, page, pages, counts of the facets, what pinyin was taken for and what may
    have been meant; `more` is what one kind has beside. With `as_of` from the first page the later ones hold no row twice.

    Raises InvalidInput.
    """
    criteria = read_criteria(kind, strict=True)
    index = catalogue_index(kind)
    hits = search(index, criteria)
    with reading() as uow:
        cards = read(uow.session, [hit.id for hit in hits.hits])
    marks = Marks.of(criteria.clauses, hits.readings)
    items = [
        {
            **_item(kind, card),
            **more(card),
            "snippet": _plain(snippet(card.text, marks, hit)) or card.text[:WIDTH],
        }
        for hit in hits.hits
        if (card := cards.get(hit.id)) is not None
    ]
    return jsonify(
        total=hits.total,
        items=items,
        page=criteria.page,
        as_of=as_of(criteria),
        pages=Paging(criteria.page, criteria.size, hits.total).pages,
        relaxed=hits.relaxed,
        readings=hits.readings,
        did_you_mean=meant(index, criteria) or None if hits.relaxed or not hits.total else None,
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


def listing_fields(row: Listing) -> dict[str, Any]:
    """What the object of every kind has."""
    return {
        "id": row.id,
        "title": row.title,
        "url": listing_url(row.kind, row.id),
        "state": row.state,
        "county": row.county,
        "industry": row.industry,
        "ways": row.ways,
        "on_behalf": row.on_behalf,
        "published_at": moment(row.published_at),
        "version": row.version,
    }


def _item(kind: ListingKind, card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title,
        "url": listing_url(kind, card.id),
        "unit": card.party,
        "county": card.county,
        "industry": card.industry,
        "ways": card.ways,
        "on_behalf": card.on_behalf,
        "published_at": moment(card.published_at),
    }


def moment(at: datetime | date | None) -> str | None:
    """ISO 8601; moments are UTC."""
    return at.isoformat() if at else None


def _plain(fragments: tuple[Fragment, ...]) -> str:
    return "".join(fragment.text for fragment in fragments)
