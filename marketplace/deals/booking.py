"""The signed amount A1 of a deal: a sum of dated entries that are only added, each posted to the ledger."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.contracts.models import Document
from marketplace.contracts.rules import CHANGES, DocumentKind, DocumentState
from marketplace.deals.models import Entry
from marketplace.deals.room import Room
from marketplace.deals.rules import EntryKind
from marketplace.ledger.rules import TransferKind
from marketplace.ledger.service import post


def book(room: Room, document: Document, kind: EntryKind, amount_fen: int, dated: date) -> None:
    """Add a change of the signed amount A1, in fen, that rests on a document, and post it; `dated` is a day in China."""
    uow, now = room.uow, room.uow.now()
    if document.basis is None:
        raise ValueError("a document that nobody signed has no figures")
    entry = Entry(
        deal_id=room.deal.id,
        document_id=document.id,
        kind=kind,
        basis=document.basis,
        amount_fen=amount_fen,
        dated=dated,
        recorded_at=now,
    )
    uow.session.add(entry)
    uow.flush()
    transfer = TransferKind.SIGNED if amount_fen > 0 else TransferKind.RELEASED
    post(uow, transfer, room.deal.id, abs(amount_fen), dated, f"entry:{entry.id}")


def signed_fen(session: Session, deal_id: int) -> int:
    """What is agreed as fixed amount today, in fen with tax."""
    return signed_by_deal(session, [deal_id]).get(deal_id, 0)


def signed_by_deal(session: Session, deal_ids: Sequence[int]) -> dict[int, int]:
    """The same for those of several deals whose contract has come into force."""
    sums = select(Entry.deal_id, func.sum(Entry.amount_fen)).where(Entry.deal_id.in_(deal_ids)).group_by(Entry.deal_id)
    return {deal_id: int(fen) for deal_id, fen in session.execute(sums)}


def signed_since(session: Session, deal_id: int) -> Sequence[Document]:
    """What both parties have signed about their contract in force, in the order in which it took effect."""
    signed = (Document.kind.in_(CHANGES), Document.state == DocumentState.COMPLETE)
    in_order = (Document.completed_at, Document.id)
    return session.scalars(select(Document).where(Document.deal_id == deal_id, *signed).order_by(*in_order)).all()


def contract_in_force(session: Session, deal_id: int) -> Document:
    """The contract of a deal that is or was in force."""
    signed = (Document.kind == DocumentKind.CONTRACT, Document.state == DocumentState.COMPLETE)
    return session.scalars(select(Document).where(Document.deal_id == deal_id, *signed)).one()
