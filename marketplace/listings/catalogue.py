"""What the search indexes of results and needs hold: their facets and sort keys, and where they lie."""

from collections.abc import Mapping

from marketplace.listings.rules import ListingKind
from marketplace.settings import Settings
from search_index.index import SearchIndex

FACETS: Mapping[ListingKind, tuple[str, ...]] = {
    ListingKind.RESULT: ("industry", "county", "category", "maturity", "way", "patent"),
    ListingKind.NEED: ("industry", "county", "way", "budget"),
}
SORTS: Mapping[ListingKind, tuple[str, ...]] = {
    ListingKind.RESULT: ("published", "benefit"),
    ListingKind.NEED: ("published", "deadline", "budget"),
}


def open_catalogues(settings: Settings) -> dict[str, SearchIndex]:
    """One index per kind of listing, under the data folder."""
    return {
        kind.value: SearchIndex(settings.index_dir / f"{kind.value}s", FACETS[kind], SORTS[kind])
        for kind in ListingKind
    }
