"""The catalogue of needs: everybody sees the same, whoever looks."""

from flask import render_template

from marketplace.listings.rules import ListingKind
from marketplace.listings.search_page import search_page
from marketplace.listings.snippets import marked_title, snippet
from marketplace.needs.blueprint import blueprint
from marketplace.needs.cards import cards
from marketplace.web.access import public
from marketplace.web.context import reading


@blueprint.get("/needs")
@public
def catalogue() -> str:
    """What a search finds, or everything, the newest first. A hit that is not shown any more is passed over."""
    found = search_page(ListingKind.NEED)
    with reading() as uow:
        rows = cards(uow.session, [hit.id for hit in found.hits])
    text = found.criteria.text
    shown = [
        (row, marked_title(row.title, text), snippet(row.text, text, hit))
        for hit in found.hits
        if (row := rows.get(hit.id)) is not None
    ]
    return render_template("needs/catalogue.html", found=found, shown=shown)
