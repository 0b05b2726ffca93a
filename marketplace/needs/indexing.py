"""What the index holds of needs: what everybody may read. Who asks anonymously is not in it, so no search can find out."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel.permissions import VISITOR
from marketplace.listings.catalogue import body_of, budget_band, make_document
from marketplace.listings.rules import ListingKind
from marketplace.needs.cards import indicators_in_words
from marketplace.needs.models import Need
from marketplace.needs.policy import may_know_party, visible
from marketplace.organisations.parties import names_of
from search_index.document import Document

kind = ListingKind.NEED


def documents(session: Session, ids: Sequence[int]) -> list[Document]:
    """The documents of those needs that everybody sees."""
    needs = session.scalars(select(Need).where(Need.id.in_(ids), visible(VISITOR))).all()
    named = {need.party_id for need in needs if may_know_party(VISITOR, need)}
    names = names_of(session, named)
    return [document(need, names[need.party_id].name if may_know_party(VISITOR, need) else "") for need in needs]


def versions(session: Session) -> dict[int, int]:
    """The version of every need that everybody sees."""
    return dict(session.execute(select(Need.id, Need.version).where(visible(VISITOR))).all())


def public_text(need: Need) -> str:
    """What everybody may read of a need, without its title and who asks."""
    return body_of(_texts(need))


def document(need: Need, party: str) -> Document:
    """One need; `party` is empty where it is not named."""
    return make_document(
        need,
        _texts(need),
        party,
        {"budget": budget_band(need.budget_max_fen)},
        {"deadline": need.deadline, "budget": need.budget_max_fen},
    )


def _texts(need: Need) -> tuple[str, ...]:
    return need.description, indicators_in_words(need)
