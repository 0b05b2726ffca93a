"""The catalogue of results: everybody sees the same, whoever looks."""

from marketplace.listings.rules import ListingKind
from marketplace.listings.search_page import catalogue_page
from marketplace.results.blueprint import blueprint
from marketplace.results.cards import cards
from marketplace.web.access import public


@blueprint.get("/results")
@public
def catalogue() -> str:
    """What is published, searched and filtered by the query string."""
    return catalogue_page(ListingKind.RESULT, cards, "results/catalogue.html")
