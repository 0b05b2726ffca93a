"""Who signs a document for a party by a written power: he reads that one text and signs it, and is nothing else to the deal."""

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.contracts.models import Document, DocumentParty, Signature
from marketplace.contracts.service import fetch
from marketplace.deals.models import Deal
from marketplace.deals.policy import READERS, relations
from marketplace.deals.room import Room, enter_by_document
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.powers.models import SigningPower
from marketplace.powers.queries import newest_given_to
from marketplace.powers.service import is_good, require_good


@dataclass(frozen=True)
class Signer:
    """For which party the actor signs, and by which written power where he may not sign for it anyway."""

    party_id: int
    power_id: int | None = None


def delegated(uow: UnitOfWork, document_id: int) -> SigningPower | None:
    """The actor's last power for a document, good or not, unless he may sign for its party anyway by now."""
    power = newest_given_to(uow.session, document_id, uow.actor.user_id)
    return None if power is None or uow.actor.acts_for(power.party_id) else power


def require_readable(uow: UnitOfWork, deal: Deal, document: Document) -> frozenset[Relation]:
    """What the actor is to the document: who has a part in the deal reads all its texts, a delegate this one.

    Raises NotFound, and NotPermitted for a delegate whose power no longer holds, with the reason.
    """
    held, power = relations(uow.session, uow.actor, deal), delegated(uow, document.id)
    if held & READERS:
        holds = power is not None and is_good(uow, power, document)
        return held | frozenset({Relation.DELEGATE} if holds else ())
    if power is None:
        raise NotFound(N_("There is no such document."))
    signed = uow.session.get(Signature, (document.id, power.party_id))
    if signed is not None and signed.power_id == power.id and uow.actor.belongs_to(power.party_id):
        return frozenset()  # What he has signed himself he goes on reading.
    require_good(uow, power, document)
    return frozenset({Relation.DELEGATE})


def signs_by_power(uow: UnitOfWork, document: Document, party_id: int) -> bool:
    """Whether the actor holds a good power to sign for this party."""
    power = delegated(uow, document.id)
    return power is not None and power.party_id == party_id and is_good(uow, power, document)


def enter_to_sign(uow: UnitOfWork, document_id: int, party_id: int | None) -> tuple[Room, Document, Signer]:
    """Lock the deal for whoever signs: for the party he may act for, else for that which gave him a power.

    The power is looked at once the deal is locked, so a power that was taken back a moment before is good for nothing.
    Raises NotFound, NotPermitted, Conflict.
    """
    power = delegated(uow, document_id)
    if power is None or party_id not in {None, power.party_id} or _acts_for_a_party(uow, document_id, party_id):
        room, document = enter_by_document(uow, document_id)
        return room, document, Signer(room.speaks_for(party_id))
    deal_id = uow.session.get_one(Document, document_id).deal_id
    deal = uow.session.get_one(Deal, deal_id, with_for_update=True, populate_existing=True)
    document = fetch(uow, document_id)
    require_good(uow, power, document)
    return Room(uow, deal, frozenset({Relation.DELEGATE})), document, Signer(power.party_id, power.id)


def _acts_for_a_party(uow: UnitOfWork, document_id: int, party_id: int | None) -> bool:
    """Whether he signs for a party of his own, having named none or that one."""
    of_document = select(DocumentParty.party_id).where(DocumentParty.document_id == document_id)
    return any(uow.actor.acts_for(one) for one in uow.session.scalars(of_document) if party_id in {None, one})
