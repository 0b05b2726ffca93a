"""Use cases by which parties change a contract in force or agree on its end. What they write is sent and signed like a contract.

One change is on the table at a time, so that everybody knows whose turn it is: whoever wants it otherwise writes it anew, which
puts the earlier text out of use, or takes it off the table.
"""

from sqlalchemy import select

from marketplace.contracts import change_service, service
from marketplace.contracts.change_texts import amendment_clauses, termination_clauses
from marketplace.contracts.changes import Amending, ContractInForce, Settling
from marketplace.contracts.clauses import Clause
from marketplace.contracts.models import Document
from marketplace.contracts.queries import makers_of
from marketplace.contracts.rules import CHANGES, LONGEST_REASON, UNSIGNED, DocumentKind
from marketplace.contracts.service import Figures
from marketplace.deals.booking import contract_in_force
from marketplace.deals.room import Room, enter, enter_by_document
from marketplace.deals.rules import CHANGEABLE
from marketplace.deals.standing import contract_standing
from marketplace.deals.writing import note_step, place_in, subject_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict
from marketplace.kernel.messages import N_
from marketplace.kernel.texts import required
from marketplace.payments.queries import in_flight


def propose_amendment(uow: UnitOfWork, deal_id: int, amending: Amending) -> Document:
    """Write an amendment of the contract in force, in place of one that is not signed by all yet.

    Raises NotFound, NotPermitted, InvalidInput, also when a line that goes was paid or reported meanwhile, Conflict when the
    contract is not in force or a termination agreement is on the table.
    """
    room = enter(uow, deal_id)
    party_id, contract = _begin(room, DocumentKind.AMENDMENT)
    checked = amending.checked(contract, china_day(uow.now()))
    document = _draft(room, party_id, DocumentKind.AMENDMENT, contract, checked)
    change_service.attach_amendment(uow, document, checked)
    return document


def propose_termination(uow: UnitOfWork, deal_id: int, settling: Settling) -> Document:
    """Write the agreement by which the contract in force ends, in place of one that is not signed by both yet.

    Raises NotFound, NotPermitted, InvalidInput, Conflict when the contract is not in force, an amendment is on the table, or
    money is on its way.
    """
    room = enter(uow, deal_id)
    party_id, contract = _begin(room, DocumentKind.TERMINATION_AGREEMENT)
    if in_flight(uow.session, [deal_id]):
        raise Conflict(N_("A payment waits to be confirmed or verified. Settle that first."))
    checked = settling.checked(contract, china_day(uow.now()))
    document = _draft(room, party_id, DocumentKind.TERMINATION_AGREEMENT, contract, checked)
    change_service.attach_settlement(uow, document, checked, contract.received_fen)
    return document


def take_off(uow: UnitOfWork, document_id: int, reason: str) -> Document:
    """Take a change off the table, with a reason the other side reads: nothing of it counts, the contract goes on as it was.

    Raises NotFound, NotPermitted, InvalidInput, Conflict for another kind of document, when it is signed by both, or when only an
    official can decide about the paper.
    """
    room, document = enter_by_document(uow, document_id)
    party_id = room.speaks_for()
    if document.kind not in CHANGES:
        raise Conflict(N_("Only an amendment or a termination agreement can be taken off the table."))
    said = required(reason, "reason", LONGEST_REASON)
    service.void(uow, document, room.relations, party_id, said)
    note_step(room, document, "void", said)
    return document


def _begin(room: Room, kind: DocumentKind) -> tuple[int, ContractInForce]:
    """The party that writes, and the contract as it stands; a text of the same kind that is there makes room."""
    party_id = room.speaks_for()
    room.require_state(*CHANGEABLE)
    require_alone(room, kind)
    mine = (Document.deal_id == room.deal.id, Document.kind == kind, Document.state.in_(UNSIGNED))
    for document in room.uow.session.scalars(select(Document).where(*mine).order_by(Document.id)).all():
        service.void(room.uow, document, room.relations, party_id)
    return party_id, contract_standing(room.uow, room.deal)


def require_alone(room: Room, kind: DocumentKind) -> None:
    """Raise Conflict while a change of another kind is on the table."""
    change = change_service.on_the_table(room.uow.session, room.deal.id)
    if kind in CHANGES and change is not None and change.kind is not kind:
        raise Conflict(
            N_("Another change of the contract is on the table. Sign it, decline it, or take it off the table first.")
        )


def _draft(
    room: Room, party_id: int, kind: DocumentKind, contract: ContractInForce, change: Amending | Settling
) -> Document:
    uow, signed = room.uow, contract_in_force(room.uow.session, room.deal.id)
    number = service.next_number(uow, room.deal.id, kind)
    makers = makers_of(uow.session, signed.id)
    subject = subject_of(room, kind, number, signed.contract_type.value if signed.contract_type else "", makers)
    clauses: tuple[Clause, ...]
    if isinstance(change, Amending):
        clauses, amount = amendment_clauses(subject, contract, change), change.amount_after(contract)
    else:
        clauses, amount = termination_clauses(subject, contract, change), change.payable_fen
    figures = Figures(amount, signed.offer_id, signed.contract_type, signed.price_model)
    document = service.draft(uow, place_in(room.deal, party_id, makers), number, subject, clauses, figures)
    note_step(room, document, "draft")
    return document
