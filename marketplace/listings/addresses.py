"""Where the page of a listing is, for code that knows its kind only by name."""

from flask import url_for

from marketplace.listings.rules import ListingKind


def listing_url(kind: ListingKind, listing_id: int) -> str:
    """The page of a listing."""
    if kind is ListingKind.RESULT:
        return url_for("results.page", result_id=listing_id)
    return url_for("needs.page", need_id=listing_id)
