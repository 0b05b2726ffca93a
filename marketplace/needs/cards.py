"""Needs as cards of a list: what everybody sees of them, read in a few queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel.permissions import VISITOR
from marketplace.listings.photos import first_photos
from marketplace.listings.rules import Industry, Maturity
from marketplace.listings.snippets import first_sentence
from marketplace.needs.models import Need
from marketplace.needs.policy import may_know_party, visible
from marketplace.organisations.parties import names_of


@dataclass(frozen=True)
class NeedCard:
    """One card; `party` is None where who asks is named only after acceptance. Budgets are in fen."""

    id: int
    title: str
    sentence: str
    text: str
    party: str | None
    county: str | None
    industry: Industry | None
    maturity_wanted: Maturity | None
    ways: tuple[str, ...]
    budget_min_fen: int | None
    budget_max_fen: int | None
    deadline: date | None
    on_behalf: bool
    published_at: datetime | None
    photo_id: int | None


def cards(session: Session, ids: Sequence[int]) -> dict[int, NeedCard]:
    """The cards of those needs that everybody sees, by id."""
    needs = session.scalars(select(Need).where(Need.id.in_(ids), visible(VISITOR))).all()
    names = names_of(session, {need.party_id for need in needs})
    photos = first_photos(session, ids)
    return {need.id: _card(need, names[need.party_id].name, photos.get(need.id)) for need in needs}


def _card(need: Need, party: str, photo_id: int | None) -> NeedCard:
    return NeedCard(
        id=need.id,
        title=need.title,
        sentence=first_sentence(need.description),
        text="\n".join(filter(None, (need.description, indicators_in_words(need)))),
        party=party if may_know_party(VISITOR, need) else None,
        county=need.county,
        industry=need.industry,
        maturity_wanted=need.maturity_wanted,
        ways=tuple(need.ways),
        budget_min_fen=need.budget_min_fen,
        budget_max_fen=need.budget_max_fen,
        deadline=need.deadline,
        on_behalf=need.on_behalf,
        published_at=need.published_at,
        photo_id=photo_id,
    )


def indicators_in_words(need: Need) -> str:
    """Names and values of what has to be reached, as they are searched in."""
    return " ".join(f"{row.get('name', '')} {row.get('value', '')}" for row in need.indicators)
