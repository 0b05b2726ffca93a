"""Results as cards of a list: what everybody sees of them, read in a few queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel.permissions import VISITOR
from marketplace.listings.photos import first_photos
from marketplace.listings.rules import Category, Industry, Maturity
from marketplace.listings.snippets import first_sentence
from marketplace.organisations.parties import names_of
from marketplace.results.models import Result
from marketplace.results.policy import may_read_description, visible
from marketplace.results.rules import ResultState


@dataclass(frozen=True)
class ResultCard:
    """One card. `text` is the public text that snippets are cut from."""

    id: int
    title: str
    sentence: str
    text: str
    metric: str
    before: str
    after: str
    unit: str
    party: str
    county: str | None
    industry: Industry | None
    category: Category | None
    maturity: Maturity | None
    ways: tuple[str, ...]
    state: ResultState
    on_behalf: bool
    has_patent: bool
    published_at: datetime | None
    fresh_at: datetime | None
    photo_id: int | None

    @property
    def is_stale(self) -> bool:
        """Nobody has said lately that it still holds."""
        return self.state is ResultState.STALE


def cards(session: Session, ids: Sequence[int]) -> dict[int, ResultCard]:
    """The cards of those results that everybody sees, by id."""
    results = session.scalars(select(Result).where(Result.id.in_(ids), visible(VISITOR))).all()
    names = names_of(session, {result.party_id for result in results})
    photos = first_photos(session, ids)
    return {result.id: _card(result, names[result.party_id].name, photos.get(result.id)) for result in results}


def _card(result: Result, party: str, photo_id: int | None) -> ResultCard:
    problem, effect = first_sentence(result.problem), first_sentence(result.summary)
    how = result.description if may_read_description(VISITOR, result) else ""
    return ResultCard(
        id=result.id,
        title=result.title,
        sentence=" → ".join(filter(None, (problem, effect))),
        text="\n".join(filter(None, (result.problem, result.summary, result.conditions, how))),
        metric=result.metric,
        before=result.before,
        after=result.after,
        unit=result.unit,
        party=party,
        county=result.county,
        industry=result.industry,
        category=result.category,
        maturity=result.maturity,
        ways=tuple(result.ways),
        state=ResultState(result.state),
        on_behalf=result.on_behalf,
        has_patent=bool(result.patent_number),
        published_at=result.published_at,
        fresh_at=result.fresh_at,
        photo_id=photo_id,
    )
