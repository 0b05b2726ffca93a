"""Use cases on the documents of a deal, whatever their kind, from the first text to the signature of all.

The document itself is changed by the contracts below; here the deal moves with it, in the same transaction.
"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from marketplace.accounts.signing_codes import send_code
from marketplace.contracts import change_service, paper_service, service, signing_service
from marketplace.contracts.clauses import LETTER, Clause, contract_clauses, from_rows, letter_clauses
from marketplace.contracts.conditions import require_all
from marketplace.contracts.envelope import USUAL, Envelope
from marketplace.contracts.models import Document, Scan
from marketplace.contracts.passing import lapse_day, renewed, require_ahead
from marketplace.contracts.queries import confirmations, makers_of, names_its_parties
from marketplace.contracts.rules import CHANGES, RENEWABLE, UNSIGNED_AGAIN, DocumentKind, DocumentState
from marketplace.contracts.service import Figures
from marketplace.contracts.signing_service import Confirmation
from marketplace.contracts.terms import amount_text
from marketplace.deals.change_service import require_alone
from marketplace.deals.delegates import enter_to_sign
from marketplace.deals.effects import take_effect
from marketplace.deals.makers import parties_of_makers
from marketplace.deals.offer_service import accepted_offer, open_offer
from marketplace.deals.preemption_service import sale_of
from marketplace.deals.renewing import todays_clauses, variant_of
from marketplace.deals.room import STEP_OF, Room, enter, enter_by_document
from marketplace.deals.rules import CHANGEABLE, DealState
from marketplace.deals.signatories import signing_parties
from marketplace.deals.writing import note_step, place_in, subject_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.money import LARGEST_FEN
from marketplace.organisations.regions import load_region
from marketplace.payments.rules import day_words
from marketplace.preemptions.service import require_sendable
from marketplace.related import service as related


def draft_contract(uow: UnitOfWork, deal_id: int) -> Document:
    """Write the contract text from the accepted offer; the deal goes to drafting.

    Raises NotFound, NotPermitted, Conflict without an accepted offer, with an open one, with a text that is there already, or
    when those it names as makers of the result have changed.
    """
    room = enter(uow, deal_id)
    party_id = room.speaks_for()
    room.require_state(DealState.NEGOTIATING)
    offer = accepted_offer(room)
    if offer is None or open_offer(room) is not None:
        raise Conflict(N_("The contract is written from an accepted offer. Agree on one first."))
    terms = offer.terms
    makers = parties_of_makers(room, terms.makers)
    number = service.next_number(uow, deal_id, DocumentKind.CONTRACT)
    subject = subject_of(room, DocumentKind.CONTRACT, number, offer.contract_type.value, makers)
    figures = Figures(offer.amount_fen, offer.id, offer.contract_type, offer.price_model)
    place = place_in(room.deal, party_id, makers)
    document = service.draft(uow, place, number, subject, contract_clauses(subject, terms), figures)
    room.move("draft")
    note_step(room, document, "draft")
    return document


def draft_letter(uow: UnitOfWork, deal_id: int, amount_fen: int) -> Document:
    """Write a letter of intent with an intended amount (fen with tax). It binds nobody and moves the deal nowhere.

    Raises NotFound, NotPermitted, InvalidInput, Conflict once a contract is signed or when a letter is there already.
    """
    room = enter(uow, deal_id)
    party_id = room.speaks_for()
    room.require_state(DealState.NEGOTIATING, DealState.DRAFTING)
    if not 0 < amount_fen <= LARGEST_FEN:
        raise InvalidInput(N_("Write the amount; it is more than zero."), field="amount")
    number = service.next_number(uow, deal_id, DocumentKind.LETTER_OF_INTENT)
    subject = subject_of(room, DocumentKind.LETTER_OF_INTENT, number, LETTER)
    until = lapse_day(china_day(uow.now()))
    clauses = letter_clauses(subject, amount_text(amount_fen), day_words(until))
    place = place_in(room.deal, party_id)
    document = service.draft(uow, place, number, subject, clauses, Figures(amount_fen))
    note_step(room, document, "draft")
    return document


def amend(uow: UnitOfWork, document_id: int, texts: Mapping[str, str]) -> Document:
    """Reword clauses by key: a new text takes the place of the old one, which is void with the signatures it may have got.

    A text that was declined or not signed in time, or names a party as it no longer is, can be written anew word for word.

    Raises NotFound, NotPermitted, InvalidInput, Conflict when the text was replaced meanwhile or is signed by both, and for a
    change that names days that have passed.
    """
    room, old = enter_by_document(uow, document_id)
    party_id = room.speaks_for()
    require_alone(room, old.kind)
    _require_ahead_if_change(room, old)
    was = old.state
    service.void(uow, old, room.relations, party_id)
    is_outdated = not names_its_parties(uow.session, load_region(uow.settings.region), old)
    may_stay = is_outdated or was in UNSIGNED_AGAIN
    return _in_its_place(room, old, service.rewritten(old, texts, may_stay), "amend")


def take_up(uow: UnitOfWork, document_id: int) -> Document:
    """Write a text that was declined or not signed in time anew, word for word; it can be changed and is sent again. A letter
    of intent whose day has passed says another one.

    Raises NotFound, NotPermitted, Conflict for a text that is neither, when another one is there already, and for a change
    that names days that have passed.
    """
    room, old = enter_by_document(uow, document_id)
    party_id = room.speaks_for()
    if old.state not in UNSIGNED_AGAIN:
        raise Conflict(
            N_(
                "Only a text that was declined or not signed in time is taken up again. Reload the page to see where it "
                "stands."
            )
        )
    require_alone(room, old.kind)
    require_open_to(room, old.kind)
    _require_ahead_if_change(room, old)
    service.void(uow, old, room.relations, party_id)
    return _in_its_place(room, old, from_rows(old.clauses), "take_up")


def _require_ahead_if_change(room: Room, old: Document) -> None:
    """Its days are in the plan too, which only writing it anew sets; those of a letter stand in its words alone."""
    if old.kind in CHANGES:
        require_ahead(room.uow, old)


def write_anew(uow: UnitOfWork, document_id: int) -> Document:
    """Write a contract or letter that is not out for signature anew from the standard texts valid today, with the terms it has;
    what the parties reworded is not carried over.

    Raises NotFound, NotPermitted, Conflict for another text, or when another one is there already.
    """
    room, old = enter_by_document(uow, document_id)
    party_id = room.speaks_for()
    if old.state not in RENEWABLE or old.kind in CHANGES:
        raise Conflict(N_("This text is not written anew in this way. Reload the page to see where it stands."))
    require_open_to(room, old.kind)
    service.void(uow, old, room.relations, party_id)
    return _in_its_place(room, old, None, "amend")


def require_open_to(room: Room, kind: DocumentKind) -> None:
    """Raise Conflict where the deal has moved on, so that a text of this kind has no place in it any more."""
    if kind in CHANGES:
        room.require_state(*CHANGEABLE)
    elif kind is DocumentKind.LETTER_OF_INTENT:
        room.require_state(DealState.NEGOTIATING, DealState.DRAFTING)
    else:
        room.require_state(DealState.DRAFTING, DealState.SIGNING)


def _in_its_place(room: Room, old: Document, clauses: tuple[Clause, ...] | None, action: str) -> Document:
    """A new draft of the same kind and figures as an old one; without clauses, of what the standard texts say today."""
    uow, party_id = room.uow, room.speaks_for()
    number = service.next_number(uow, room.deal.id, old.kind)
    makers = makers_of(uow.session, old.id)
    subject = subject_of(room, old.kind, number, variant_of(old), makers)
    if clauses is None:
        clauses = todays_clauses(uow, old, subject)
    elif old.kind is DocumentKind.LETTER_OF_INTENT:
        clauses = renewed(clauses, china_day(uow.now()))
    figures = Figures(old.amount_fen, old.offer_id, old.contract_type, old.price_model)
    document = service.draft(uow, place_in(room.deal, party_id, makers), number, subject, clauses, figures)
    change_service.carry_over(uow, old, document)
    if old.kind is DocumentKind.CONTRACT:
        room.move("draft")
    note_step(room, document, action)
    return document


def send(uow: UnitOfWork, document_id: int, envelope: Envelope = USUAL) -> Document:
    """Open the text for signature by all its parties, in the order and until the day of the envelope; a contract takes the deal
    to signing.

    Raises NotFound, NotPermitted, InvalidInput for a first signer who is no party and a day out of range, Conflict when money has
    overtaken it or days it names have passed, and while those who made a result may still buy it first (民法典 art. 847).
    """
    room, document = enter_by_document(uow, document_id)
    change_service.require_fit(uow, document)
    if document.state is DocumentState.DRAFT:
        require_ahead(uow, document)
    require_sendable(uow, sale_of(room.deal), document)
    parties = signing_parties(uow.session, room.deal, document.id)
    if envelope.first_party_id not in {None, *(one.party_id for one in parties)}:
        raise InvalidInput(N_("Choose who signs first."), field="order")
    service.send(uow, document, room.relations, room.speaks_for(), envelope)
    if document.kind is DocumentKind.CONTRACT:
        room.move("send")
        related.look(uow, room.deal.id, room.deal.seller_party_id, room.deal.buyer_party_id)
    note_step(room, document, "send")
    return document


def send_signing_code(uow: UnitOfWork, document_id: int, party_id: int | None = None) -> str:
    """Have the code sent by which the actor confirms his signature; it is good for this text alone. Returns the contact.

    Raises NotFound, NotPermitted, Conflict where he could not sign, InvalidInput, TooManyAttempts.
    """
    _, document, signer = enter_to_sign(uow, document_id, party_id)
    require_all(signing_service.signing_facts(uow, document, signer.party_id, signer.power_id is not None))
    return send_code(uow, signing_service.code_about(document.text))


def sign(uow: UnitOfWork, document_id: int, confirmed: Confirmation, party_id: int | None = None) -> Document:
    """Sign electronically for one's party, or for that which has handed its signature over to the actor.

    With the last signature the document takes effect in this transaction.

    Raises NotFound, NotPermitted, Conflict, InvalidInput, TooManyAttempts.
    """
    room, document, signer = enter_to_sign(uow, document_id, party_id)
    power = (signer.power_id, signer.given_by_id)
    is_complete = signing_service.sign(uow, document, room.relations, signer.party_id, confirmed, *power)
    room.step(STEP_OF[document.kind], document.id, "sign", signer.party_id)
    if is_complete:
        take_effect(room, document)
    return document


def decline(uow: UnitOfWork, document_id: int, reason: str) -> Document:
    """Refuse to sign this text, with a reason the other side reads. Raises NotFound, NotPermitted, Conflict, InvalidInput."""
    room, document = enter_by_document(uow, document_id)
    service.decline(uow, document, room.relations, room.speaks_for(), reason)
    note_step(room, document, "decline", document.note)
    return document


def upload_scan(uow: UnitOfWork, document_id: int, upload: Upload | None, signed_on: date) -> Scan:
    """Add the scan of the paper that was signed, and the day in China on which the last party signed it.

    Raises NotFound, NotPermitted, Conflict, InvalidInput.
    """
    room, document = enter_by_document(uow, document_id)
    party_id = room.speaks_for()
    scan = paper_service.upload_scan(uow, document, room.relations, party_id, upload, signed_on)
    note_step(room, document, "upload")
    return scan


def confirm_scan(uow: UnitOfWork, document_id: int, scan_id: int, party_id: int | None = None) -> Document:
    """Say that this very scan is the paper one's party signed. Raises NotFound, NotPermitted, Conflict."""
    room, document = enter_by_document(uow, document_id)
    done = [one.party_id for one in confirmations(uow, scan_id)]
    paper_service.confirm_scan(uow, document, room.relations, room.speaks_for(party_id, but=done), scan_id)
    note_step(room, document, "confirm")
    return document


def verify_scan(uow: UnitOfWork, document_id: int, scan_id: int) -> Document:
    """An official of either county has compared scan and text: the document is complete and takes effect.

    Raises NotFound, NotPermitted, Conflict, also when money has overtaken what the text says of it.
    """
    room, document = enter_by_document(uow, document_id)
    change_service.require_fit(uow, document)
    paper_service.verify_scan(uow, document, room.relations, scan_id)
    note_step(room, document, "verify")
    take_effect(room, document)
    return document


def reject_scan(uow: UnitOfWork, document_id: int, scan_id: int, reason: str) -> Document:
    """An official does not accept the scan, with a reason. Raises NotFound, NotPermitted, Conflict, InvalidInput."""
    room, document = enter_by_document(uow, document_id)
    paper_service.reject_scan(uow, document, room.relations, scan_id, reason)
    note_step(room, document, "reject", document.note)
    return document


def live_document(uow: UnitOfWork, deal_id: int, kind: DocumentKind) -> Document | None:
    """The newest text of a kind that is not void."""
    of_kind = (Document.deal_id == deal_id, Document.kind == kind, Document.state != DocumentState.VOID)
    return uow.session.scalar(select(Document).where(*of_kind).order_by(Document.number.desc()).limit(1))
