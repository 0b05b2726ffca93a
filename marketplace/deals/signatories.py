"""The parties of a document: buyer, seller, in the form of three parties also the makers of the result; what an actor is to it.

Whoever made it reads and signs the texts he is a party of, from the day on which they are sent; the deal itself, its messages and
its money stay with buyer and seller.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from marketplace.contracts.makers import FIRST_LABELS, labels_of
from marketplace.contracts.models import Document
from marketplace.contracts.queries import makers_of
from marketplace.deals.models import Deal
from marketplace.deals.policy import READERS, relations
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation

DOCUMENT_READERS = READERS | {Relation.MAKER}


@dataclass(frozen=True)
class SigningParty:
    """Who has to sign: `role` is buyer, seller or maker, `label` how the text calls the party."""

    party_id: int
    role: str
    label: str


def signing_parties(session: Session, deal: Deal, document_id: int) -> tuple[SigningParty, ...]:
    """All who have to sign a document, in the order of its text."""
    buyer, seller = FIRST_LABELS
    makers = makers_of(session, document_id)
    labels = labels_of(len(makers)) if makers else ()
    return (
        SigningParty(deal.buyer_party_id, "buyer", buyer),
        SigningParty(deal.seller_party_id, "seller", seller),
        *(SigningParty(one.party_id, "maker", label) for one, label in zip(makers, labels, strict=True)),
    )


def maker_ids(session: Session, document: Document) -> tuple[int, ...]:
    """The parties of a document beside buyer and seller, once it was sent; before, the two may still write another text."""
    return tuple(one.party_id for one in makers_of(session, document.id)) if document.sent_at else ()


def document_relations(session: Session, actor: Actor, deal: Deal, document: Document) -> frozenset[Relation]:
    """What the actor is to a document: what he is to its deal, and whether he is a party of it as one of its makers."""
    is_maker = any(actor.acts_for(party_id) for party_id in maker_ids(session, document))
    return relations(session, actor, deal) | frozenset({Relation.MAKER} if is_maker else ())
