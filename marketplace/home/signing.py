"""What waits for the signature of somebody who holds a written power, or made the result and is a party himself. Reads only."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from marketplace.contracts.models import Document, DocumentParty, Scan, ScanConfirmation, Signature
from marketplace.contracts.rules import DocumentState, PaperState
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
    own = aliased(DocumentParty)
    signed = exists().where(Signature.document_id == power.document_id, Signature.party_id == power.party_id)
    return (
        select(Document.id, Deal.title, func.coalesce(Document.sign_by, power.until))
        .join(power, power.document_id == Document.id)
        .join(Deal, Deal.id == Document.deal_id)
        .join(own, (own.document_id == power.document_id) & (own.party_id == power.party_id))
        .where(*is_his, *is_open, ~ended, ~_goes_before(own), ~signed, power.party_id.not_in(uow.actor.party_ids))
        .order_by(Document.id)
    )


def to_sign_as_maker(uow: UnitOfWork) -> Rows:
    """Texts that the actor signs for himself, or whose scan he confirms: (document, title, last day)."""
    own, today = aliased(DocumentParty), china_day(uow.now())
    is_his = (own.party_id == uow.actor.own_party_id, own.maker.is_not(None))
    is_open = (Document.state == DocumentState.SENT, func.coalesce(Document.sign_by, today) >= today)
    signed = exists().where(Signature.document_id == own.document_id, Signature.party_id == own.party_id)
    to_sign = and_(Document.paper == PaperState.NONE, ~signed, ~_goes_before(own))
    newest = select(func.max(Scan.id)).where(Scan.document_id == Document.id).scalar_subquery()
    confirmed = exists().where(ScanConfirmation.scan_id == newest, ScanConfirmation.party_id == own.party_id)
    to_confirm = and_(Document.paper == PaperState.UPLOADED, ~confirmed)
    return (
        select(Document.id, Deal.title, Document.sign_by)
        .join(own, own.document_id == Document.id)
        .join(Deal, Deal.id == Document.deal_id)
        .where(*is_his, *is_open, or_(to_sign, to_confirm))
        .order_by(Document.id)
    )


def _goes_before(own: type[DocumentParty]) -> ColumnElement[bool]:
    """Whether somebody who signs before the party has not signed yet."""
    first = aliased(DocumentParty)
    unsigned = ~exists().where(Signature.document_id == first.document_id, Signature.party_id == first.party_id)
    return exists().where(first.document_id == own.document_id, first.position < own.position, unsigned)
