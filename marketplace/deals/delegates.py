"""Who signs a document for a party by a written power: he reads that one text and signs it, and is nothing else to the deal."""

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.contracts.models import Document, DocumentParty, Signature
from marketplace.contracts.service import fetch
from marketplace.contracts.signing_service import matter_of
from marketplace.deals.models import Deal
from marketplace.deals.room import Room, enter_by_document
from marketplace.deals.signatories import DOCUMENT_READERS, document_relations
from marketplace.identity.standing import hold_giver, standing_of
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
    given_by_id: int | None = None


def delegated(uow: UnitOfWork, document: Document) -> SigningPower | None:
    """The actor's last power for a document, good or not.

    None for whoever acts for its party, where his own authority carries the signature or the power does not.
    """
    power = newest_given_to(uow.session, document.id, uow.actor.user_id)
    if power is None or not uow.actor.acts_for(power.party_id):
        return power
    own = standing_of(uow, uow.actor.user_id, power.party_id, matter_of(uow.session, document))
    return power if own.authority_gap and is_good(uow, power, document) else None


def require_readable(uow: UnitOfWork, deal: Deal, document: Document) -> frozenset[Relation]:
    """What the actor is to the document: who has a part in the deal reads all its texts, a maker those he is a party of, a
    delegate this one.

    Raises NotFound, and NotPermitted for a delegate whose power no longer holds, with the reason.
    """
    held, power = document_relations(uow.session, uow.actor, deal, document), delegated(uow, document)
    if held & DOCUMENT_READERS:
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
    power = delegated(uow, document)
    return power is not None and power.party_id == party_id and is_good(uow, power, document)


def enter_to_sign(uow: UnitOfWork, document_id: int, party_id: int | None) -> tuple[Room, Document, Signer]:
    """Lock the deal for whoever signs: for the party he may act for, else for that which gave him a power.

    The power is looked at once the deal and what its giver has are locked, so a power that was taken back a moment before is good
    for nothing. Raises NotFound, NotPermitted, Conflict.
    """
    document = uow.session.get(Document, document_id)
    power = delegated(uow, document) if document is not None else None
    if power is None or party_id not in {None, power.party_id} or _acts_for_another(uow, power, party_id):
        room, document = enter_by_document(uow, document_id)
        return room, document, Signer(room.speaks_for(party_id))
    deal_id = uow.session.get_one(Document, document_id).deal_id
    deal = uow.session.get_one(Deal, deal_id, with_for_update=True, populate_existing=True)
    document = fetch(uow, document_id)
    hold_giver(uow, power.party_id, power.from_id)
    require_good(uow, power, document)
    signer = Signer(power.party_id, power.id, power.from_id)
    return Room(uow, deal, frozenset({Relation.DELEGATE})), document, signer


def _acts_for_another(uow: UnitOfWork, power: SigningPower, party_id: int | None) -> bool:
    """Whether, having named no party, he may sign for the other one as well."""
    of_document = select(DocumentParty.party_id).where(DocumentParty.document_id == power.document_id)
    others = (one for one in uow.session.scalars(of_document) if one != power.party_id)
    return party_id is None and any(uow.actor.acts_for(one) for one in others)
