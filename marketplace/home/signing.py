"""What waits for the signature of somebody who holds a written power. Reads only."""

from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased

from marketplace.contracts.models import Document, DocumentParty, Signature
from marketplace.contracts.rules import DocumentState
from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.powers.models import PowerEnding, SigningPower

Rows = Select[*tuple[Any, ...]]


def to_sign(uow: UnitOfWork) -> Rows:
    """Texts that the actor signs by a power that holds, once it is his party's turn: (document, title, last day of the two)."""
    today, power = china_day(uow.now()), SigningPower
    is_his = (power.to_id == uow.actor.user_id, power.until >= today, power.party_id.in_(uow.actor.unit_party_ids))
    is_open = (Document.state == DocumentState.SENT, func.coalesce(Document.sign_by, power.until) >= today)
    ended = exists().where(PowerEnding.power_id == power.id)
    own, first = aliased(DocumentParty), aliased(DocumentParty)
    unsigned = ~exists().where(Signature.document_id == first.document_id, Signature.party_id == first.party_id)
    goes_before = exists().where(first.document_id == own.document_id, first.position < own.position, unsigned)
    signed = exists().where(Signature.document_id == power.document_id, Signature.party_id == power.party_id)
    return (
        select(Document.id, Deal.title, func.coalesce(Document.sign_by, power.until))
        .join(power, power.document_id == Document.id)
        .join(Deal, Deal.id == Document.deal_id)
        .join(own, (own.document_id == power.document_id) & (own.party_id == power.party_id))
        .where(*is_his, *is_open, ~ended, ~goes_before, ~signed, power.party_id.not_in(uow.actor.party_ids))
        .order_by(Document.id)
    )
