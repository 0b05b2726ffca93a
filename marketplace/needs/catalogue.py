"""The catalogue of needs: everybody sees the same, whoever looks."""

from marketplace.listings.rules import ListingKind
from marketplace.listings.search_page import catalogue_page
from marketplace.needs.blueprint import blueprint
from marketplace.needs.cards import cards
from marketplace.web.access import public


@blueprint.get("/needs")
@public
def catalogue() -> str:
    """What is published, searched and filtered by the query string."""
    return catalogue_page(ListingKind.NEED, cards, "needs/catalogue.html")
