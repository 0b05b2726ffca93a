"""What a match list shows of a listing: public facts only, read from the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from marketplace.kernel.messages import Labelled
from marketplace.listings.rules import ListingKind
from marketplace.matching.texts import need_text, result_text
from marketplace.needs.models import Need
from marketplace.organisations.parties import PartyName
from marketplace.results.models import Result


@dataclass(frozen=True)
class Card:
    """One listing. `party` is None where it may not be known; amounts in fen."""

    kind: ListingKind
    id: int
    title: str
    text: str
    party: str | None
    on_behalf: bool
    county: str | None
    words: tuple[Labelled, ...]
    price_fen: int | None = None
    metric: str = ""
    before: str = ""
    after: str = ""
    unit: str = ""
    deadline: date | None = None


def result_card(result: Result, names: Mapping[int, PartyName]) -> Card:
    """The card of a result."""
    return Card(
        kind=ListingKind.RESULT,
        id=result.id,
        title=result.title,
        text=result_text(result),
        party=names[result.party_id].name,
        on_behalf=result.on_behalf,
        county=result.county,
        words=tuple(word for word in (result.category, result.maturity, result.industry) if word),
        price_fen=result.price_fen,
        metric=result.metric,
        before=result.before,
        after=result.after,
        unit=result.unit,
    )


def need_card(need: Need, names: Mapping[int, PartyName], *, names_party: bool) -> Card:
    """The card of a need; `names_party` says whether the reader may know who asks."""
    return Card(
        kind=ListingKind.NEED,
        id=need.id,
        title=need.title,
        text=need_text(need),
        party=names[need.party_id].name if names_party else None,
        on_behalf=need.on_behalf,
        county=need.county,
        words=(need.industry,) if need.industry else (),
        price_fen=need.budget_max_fen,
        deadline=need.deadline,
    )
