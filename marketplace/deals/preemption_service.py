"""Use cases on the right to buy first: the deal is locked and its history written, the right itself is changed below."""

from sqlalchemy import select

from marketplace.contracts.models import Document
from marketplace.contracts.service import fetch as fetch_document
from marketplace.deals.models import Deal
from marketplace.deals.room import Room, enter_by_document
from marketplace.deals.rules import StepKind
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload
from marketplace.kernel.errors import NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.preemptions import service
from marketplace.preemptions.models import Preemption
from marketplace.preemptions.queries import Sale


def sale_of(deal: Deal) -> Sale:
    """What the right to buy first has to know of a deal."""
    return Sale(deal.id, deal.result_id, deal.seller_party_id, deal.buyer_party_id)


def tell(uow: UnitOfWork, document_id: int) -> Document:
    """The seller tells the contributors of the terms of this text. Raises NotFound, NotPermitted, Conflict."""
    room, document = _enter_as_seller(uow, document_id)
    service.tell(uow, sale_of(room.deal), document)
    room.step(StepKind.CONTRACT, document.id, "tell", room.deal.seller_party_id)
    return document


def answer(uow: UnitOfWork, preemption_id: int, action: str, note: str = "") -> Preemption:
    """A contributor answers; he need not have any other part in the deal. Raises NotFound, Conflict, InvalidInput."""
    row = own(uow, preemption_id)
    deal = uow.session.get_one(Deal, row.deal_id, with_for_update=True, populate_existing=True)
    row = service.fetch(uow, preemption_id)
    service.answer(uow, row, fetch_document(uow, row.document_id), action, note)
    Room(uow, deal, frozenset()).step(StepKind.CONTRACT, row.document_id, action, None, row.note)
    return row


def record_paper(uow: UnitOfWork, preemption_id: int, action: str, paper: Upload | None) -> Preemption:
    """The seller records the paper of a contributor without an account. Raises NotFound, NotPermitted, Conflict, InvalidInput."""
    room, document = _enter_as_seller(uow, service.fetch(uow, preemption_id).document_id)
    row = service.fetch(uow, preemption_id)
    service.record_paper(uow, row, document, action, paper)
    room.step(StepKind.CONTRACT, document.id, action, room.deal.seller_party_id, row.name)
    return row


def own(uow: UnitOfWork, preemption_id: int) -> Preemption:
    """The right of the actor himself. Raises NotFound for everybody else's."""
    mine = (Preemption.id == preemption_id, Preemption.user_id == uow.actor.user_id)
    row = uow.session.scalar(select(Preemption).where(*mine)) if uow.actor.is_signed_in else None
    if row is None:
        raise NotFound(N_("There is no such page."))
    return row


def _enter_as_seller(uow: UnitOfWork, document_id: int) -> tuple[Room, Document]:
    room, document = enter_by_document(uow, document_id)
    if Relation.SELLER not in room.relations:
        raise NotPermitted(N_("The seller tells those who made the result."))
    return room, document
