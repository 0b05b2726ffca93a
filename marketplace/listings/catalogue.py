"""What the search indexes of results and needs hold: their facets and sort keys, and where they lie."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from marketplace.kernel.messages import N_, Labelled
from marketplace.listings.models import Listing
from marketplace.listings.patent_numbers import numbers_in, numbers_of
from marketplace.listings.rules import ListingKind
from marketplace.settings import Settings
from search_index.asking import Profile
from search_index.document import Document
from search_index.index import SearchIndex
from search_index.scorer import Weighting

UNIT = "unit"
"""The name of the unit, where everybody may know it. It is searched in; there are too many for a filter."""

NUMBER = "number"
"""The numbers of patents that everybody may read in a listing, in the form of patent_numbers.py. Searched in, never offered."""

FACETS: Mapping[ListingKind, tuple[str, ...]] = {
    ListingKind.RESULT: ("industry", "county", "category", "maturity", "way", "patent", NUMBER, UNIT),
    ListingKind.NEED: ("industry", "county", "way", "budget", NUMBER, UNIT),
}
SORTS: Mapping[ListingKind, tuple[str, ...]] = {
    ListingKind.RESULT: ("published", "benefit"),
    ListingKind.NEED: ("published", "deadline", "budget"),
}

CONTENT = 1
"""To be raised when documents are composed otherwise, here or by a kind: indexes made before are then built anew."""

PROFILES: Mapping[ListingKind, Profile] = {
    ListingKind.RESULT: Profile(
        Weighting(k1=4.5, b=0.6, title=1.5), title=4.0, single=1.3, word=0.75, rarity=0.25, even=True
    ),
    ListingKind.NEED: Profile(Weighting(k1=3.0, b=0.75, title=1.5), standing=0.7),
}
"""How needs are matched with results, and results with needs. Measured on graded pairs, see docs/matching.md."""


class Patent(Labelled):
    """Whether a patent stands behind a result."""

    YES = "yes", N_("Has a patent")
    NO = "no", N_("No patent named")


class Budget(Labelled):
    """Bands of the highest amount a need offers."""

    UNDER_10 = "under_10", N_("Up to 100,000 yuan")
    UNDER_50 = "under_50", N_("100,000 to 500,000 yuan")
    UNDER_100 = "under_100", N_("500,000 to 1 million yuan")
    UNDER_500 = "under_500", N_("1 to 5 million yuan")
    ABOVE_500 = "above_500", N_("Above 5 million yuan")


_UPPER_FEN = (
    (10_000_000, Budget.UNDER_10),
    (50_000_000, Budget.UNDER_50),
    (100_000_000, Budget.UNDER_100),
    (500_000_000, Budget.UNDER_500),
)


def budget_band(fen: int | None) -> Budget | None:
    """The band an amount falls into; its upper end belongs to it. None for none: open to talks."""
    if fen is None:
        return None
    return next((band for upper, band in _UPPER_FEN if fen <= upper), Budget.ABOVE_500)


def open_catalogues(settings: Settings) -> dict[str, SearchIndex]:
    """One index per kind of listing, under the data folder."""
    return {
        kind.value: SearchIndex(
            settings.index_dir / f"{kind.value}s", FACETS[kind], SORTS[kind], (UNIT,), PROFILES[kind], CONTENT
        )
        for kind in ListingKind
    }


def make_document(
    listing: Listing,
    texts: Sequence[str],
    party: str,
    facets: Mapping[str, object],
    sorts: Mapping[str, date | int | None],
    patent_number: str = "",
) -> Document:
    """The document of one listing: its public texts, and its own facets and sort keys beside those that all kinds have.

    A number of a patent is no text to be matched by; those that its texts name are found like its own.

    `party` is empty where not everybody may know it. A day sorts by its number, a moment by its seconds; None is left
    out, which is how the index knows that it is missing.
    """
    values = {"industry": listing.industry, "county": listing.county, UNIT: party or None, **facets}
    keys = {"published": listing.published_at, **sorts}
    numbers = (*numbers_of(patent_number), *numbers_in("\n".join((listing.title, *texts))))
    return Document(
        id=listing.id,
        title=listing.title,
        body=body_of((*texts, party)),
        facets={name: (str(value),) for name, value in values.items() if value is not None}
        | {"way": tuple(listing.ways), NUMBER: numbers},
        sorts={name: _number(value) for name, value in keys.items() if value is not None},
        version=listing.version,
    )


def body_of(texts: Iterable[str]) -> str:
    """Texts of a listing as they stand in its document, the empty ones left out."""
    return "\n".join(filter(None, texts))


def _number(value: date | int) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value.toordinal() if isinstance(value, date) else value)
