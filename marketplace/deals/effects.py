"""What follows once both parties have signed a document, in the transaction of the last signature or of the official's check."""

from collections.abc import Callable, Mapping

from marketplace.contracts.changes import lines_from
from marketplace.contracts.models import Amendment, Document
from marketplace.contracts.queries import day_of_signing
from marketplace.contracts.rules import DocumentKind
from marketplace.deals.booking import book, contract_in_force, signed_fen
from marketplace.deals.legal_terms import deliveries
from marketplace.deals.models import Offer
from marketplace.deals.room import Room
from marketplace.deals.rules import EntryKind
from marketplace.deals.service import close_before_force, end_by_agreement
from marketplace.deals.use_first import began
from marketplace.deals.writing import note_step
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.states import Relation
from marketplace.payments.plan import Ground, amend_plan, make_plan
from marketplace.payments.rules import Instalment, Trigger


def take_effect(room: Room, document: Document) -> None:
    """A contract puts the deal in force, an amendment changes it, a termination agreement ends it; a letter of intent does
    nothing of the kind."""
    note_step(room, document, "complete")
    effect = _EFFECTS.get(document.kind)
    if effect is not None:
        effect(room, document)


def _enter_into_force(room: Room, contract: Document) -> None:
    """The amount is booked and becomes the lines of a plan."""
    uow = room.uow
    signed_on = day_of_signing(contract)
    room.move("enter_into_force", frozenset({Relation.SYSTEM}), in_force_at=uow.now(), in_force_on=signed_on)
    book(room, contract, EntryKind.IN_FORCE, contract.amount_fen, signed_on)
    happened = {Trigger.IN_FORCE: began(room.deal, contract.price_model)}
    make_plan(uow, Ground(room.deal.id, contract.id), _lines(uow, contract), happened)
    close_before_force(room)


def _amend(room: Room, document: Document) -> None:
    """The difference, whatever its sign, is booked on the day of the last signature, and open lines of the plan are replaced
    forward (民法典 art. 543)."""
    uow, deal = room.uow, room.deal
    contract = contract_in_force(uow.session, deal.id)
    amendment = uow.session.get_one(Amendment, document.id)
    difference = document.amount_fen - signed_fen(uow.session, deal.id)
    book(room, document, EntryKind.AMENDMENT, difference, day_of_signing(document))
    happened = {Trigger.IN_FORCE: day_of_signing(contract)}
    delivered = deliveries(uow.session, [deal.id]).get(deal.id)
    if delivered is not None:
        happened[Trigger.ACCEPTANCE] = delivered
    amend_plan(uow, Ground(deal.id, contract.id, document.id), amendment.dropped, lines_from(amendment.lines), happened)


def _lines(uow: UnitOfWork, contract: Document) -> tuple[Instalment, ...]:
    """By what lines the contract's amount is paid: those of the offer it was written from."""
    offer = uow.session.get(Offer, contract.offer_id) if contract.offer_id else None
    return offer.terms.plan if offer else ()


_EFFECTS: Mapping[DocumentKind, Callable[[Room, Document], None]] = {
    DocumentKind.CONTRACT: _enter_into_force,
    DocumentKind.AMENDMENT: _amend,
    DocumentKind.TERMINATION_AGREEMENT: end_by_agreement,
}
