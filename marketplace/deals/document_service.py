"""Use cases on the documents of a deal: contract and letter of intent, from the first text to the signature of both.

The document itself is changed by the contracts below; here the deal moves with it, in the same transaction.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from marketplace.accounts.signing_codes import send_code
from marketplace.contracts import paper_service, service, signing_service
from marketplace.contracts.clauses import LETTER, Subject, contract_clauses, letter_clauses
from marketplace.contracts.conditions import require_all
from marketplace.contracts.models import Document, Scan
from marketplace.contracts.queries import party_facts
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.contracts.service import Figures, Place
from marketplace.contracts.signing_service import Confirmation
from marketplace.contracts.terms import amount_text
from marketplace.deals.models import Deal, Offer
from marketplace.deals.offer_service import accepted_offer, open_offer
from marketplace.deals.room import STEP_OF, Room, enter, enter_by_document
from marketplace.deals.rules import DealState, EntryKind
from marketplace.deals.service import book, close_before_force
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.money import LARGEST_FEN
from marketplace.kernel.states import Relation
from marketplace.listings.models import Listing
from marketplace.organisations.regions import load_region
from marketplace.payments.plan import make_plan
from marketplace.payments.rules import Instalment

LETTER_DAYS = 180
"""After so many days a letter of intent says that it lapses by itself."""

_BY_SYSTEM = frozenset({Relation.SYSTEM})
_REFERENCE = {DocumentKind.CONTRACT: "HT", DocumentKind.LETTER_OF_INTENT: "YX"}


def draft_contract(uow: UnitOfWork, deal_id: int) -> Document:
    """Write the contract text from the accepted offer; the deal goes to drafting.

    Raises NotFound, NotPermitted, Conflict without an accepted offer, with an open one, or with a text that is there already.
    """
    room = enter(uow, deal_id)
    party_id = room.speaks_for()
    room.require_state(DealState.NEGOTIATING)
    offer = accepted_offer(room)
    if offer is None or open_offer(room) is not None:
        raise Conflict(N_("The contract is written from an accepted offer. Agree on one first."))
    terms = offer.terms
    number = service.next_number(uow, deal_id, DocumentKind.CONTRACT)
    subject = _subject(room, DocumentKind.CONTRACT, number, offer.contract_type.value)
    figures = Figures(offer.amount_fen, offer.id, offer.contract_type, offer.price_model)
    place = _place(room.deal, party_id)
    document = service.draft(uow, place, number, subject, contract_clauses(subject, terms), figures)
    room.move("draft")
    _step(room, document, "draft")
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
    subject = _subject(room, DocumentKind.LETTER_OF_INTENT, number, LETTER)
    until = china_day(uow.now()) + timedelta(days=LETTER_DAYS)
    clauses = letter_clauses(subject, amount_text(amount_fen), f"{until.year}年{until.month}月{until.day}日")
    place = _place(room.deal, party_id)
    document = service.draft(uow, place, number, subject, clauses, Figures(amount_fen))
    _step(room, document, "draft")
    return document


def amend(uow: UnitOfWork, document_id: int, texts: Mapping[str, str]) -> Document:
    """Change clauses by key: a new text takes the place of the old one, which is void with the signatures it may have got.

    Raises NotFound, NotPermitted, InvalidInput, Conflict when the text was replaced meanwhile or is signed by both.
    """
    room, old = enter_by_document(uow, document_id)
    party_id = room.speaks_for()
    service.void(uow, old, room.relations, party_id)
    clauses = service.rewritten(old, texts)
    number = service.next_number(uow, room.deal.id, old.kind)
    subject = _subject(room, old.kind, number, old.contract_type.value if old.contract_type else LETTER)
    figures = Figures(old.amount_fen, old.offer_id, old.contract_type, old.price_model)
    document = service.draft(uow, _place(room.deal, party_id), number, subject, clauses, figures)
    if old.kind is DocumentKind.CONTRACT:
        room.move("draft")
    _step(room, document, "amend")
    return document


def send(uow: UnitOfWork, document_id: int) -> Document:
    """Open the text for signature by both; a contract takes the deal to signing."""
    room, document = enter_by_document(uow, document_id)
    service.send(uow, document, room.relations, room.speaks_for())
    if document.kind is DocumentKind.CONTRACT:
        room.move("send")
    _step(room, document, "send")
    return document


def send_signing_code(uow: UnitOfWork, document_id: int, party_id: int | None = None) -> str:
    """Have the code sent by which the actor confirms his signature; it is good for this text alone. Returns the contact.

    Raises NotFound, NotPermitted, Conflict where he could not sign, InvalidInput, TooManyAttempts.
    """
    room, document = enter_by_document(uow, document_id)
    require_all(signing_service.signing_facts(uow, document, room.speaks_for(party_id)))
    return send_code(uow, signing_service.code_about(document))


def sign(uow: UnitOfWork, document_id: int, confirmed: Confirmation, party_id: int | None = None) -> Document:
    """Sign electronically for one's party. With the last signature a contract puts the deal in force in this transaction.

    Raises NotFound, NotPermitted, Conflict, InvalidInput, TooManyAttempts.
    """
    room, document = enter_by_document(uow, document_id)
    signer = room.speaks_for(party_id)
    is_complete = signing_service.sign(uow, document, room.relations, signer, confirmed)
    _step(room, document, "sign")
    if is_complete:
        _enter_into_force(room, document)
    return document


def decline(uow: UnitOfWork, document_id: int, reason: str) -> Document:
    """Refuse to sign this text, with a reason the other side reads. Raises NotFound, NotPermitted, Conflict, InvalidInput."""
    room, document = enter_by_document(uow, document_id)
    service.decline(uow, document, room.relations, room.speaks_for(), reason)
    _step(room, document, "decline", document.note)
    return document


def upload_scan(uow: UnitOfWork, document_id: int, upload: Upload) -> Scan:
    """Add the scan of the paper that was signed. Raises NotFound, NotPermitted, Conflict, InvalidInput."""
    room, document = enter_by_document(uow, document_id)
    party_id = room.speaks_for()
    scan = paper_service.upload_scan(uow, document, room.relations, party_id, upload)
    _step(room, document, "upload")
    return scan


def confirm_scan(uow: UnitOfWork, document_id: int, scan_id: int, party_id: int | None = None) -> Document:
    """Say that this very scan is the paper one's party signed. Raises NotFound, NotPermitted, Conflict."""
    room, document = enter_by_document(uow, document_id)
    paper_service.confirm_scan(uow, document, room.relations, room.speaks_for(party_id), scan_id)
    _step(room, document, "confirm")
    return document


def verify_scan(uow: UnitOfWork, document_id: int, scan_id: int) -> Document:
    """An official of either county has compared scan and text: the document is complete, a contract is in force."""
    room, document = enter_by_document(uow, document_id)
    paper_service.verify_scan(uow, document, room.relations, scan_id)
    _step(room, document, "verify")
    _enter_into_force(room, document)
    return document


def reject_scan(uow: UnitOfWork, document_id: int, scan_id: int, reason: str) -> Document:
    """An official does not accept the scan, with a reason. Raises NotFound, NotPermitted, Conflict, InvalidInput."""
    room, document = enter_by_document(uow, document_id)
    paper_service.reject_scan(uow, document, room.relations, scan_id, reason)
    _step(room, document, "reject", document.note)
    return document


def live_document(uow: UnitOfWork, deal_id: int, kind: DocumentKind) -> Document | None:
    """The newest text of a kind that is not void."""
    of_kind = (Document.deal_id == deal_id, Document.kind == kind, Document.state != DocumentState.VOID)
    return uow.session.scalar(select(Document).where(*of_kind).order_by(Document.number.desc()).limit(1))


def _enter_into_force(room: Room, document: Document) -> None:
    """A contract signed by both puts the deal in force and books its amount; a letter of intent does neither."""
    _step(room, document, "complete")
    if document.kind is not DocumentKind.CONTRACT:
        return
    room.move("enter_into_force", _BY_SYSTEM, in_force_at=room.uow.now())
    book(room, document, EntryKind.IN_FORCE, document.amount_fen)
    make_plan(room.uow, room.deal.id, document.id, _lines(room.uow, document))
    close_before_force(room)


def _lines(uow: UnitOfWork, contract: Document) -> tuple[Instalment, ...]:
    """By what lines the contract's amount is paid: those of the offer it was written from."""
    offer = uow.session.get(Offer, contract.offer_id) if contract.offer_id else None
    return offer.terms.plan if offer else ()


def _step(room: Room, document: Document, action: str, reason: str = "") -> None:
    party_id = None if action == "complete" else room.own_party()
    room.step(STEP_OF[document.kind], document.id, action, party_id, reason)


def _place(deal: Deal, by_party_id: int) -> Place:
    return Place(deal.id, by_party_id, (deal.seller_party_id, deal.buyer_party_id))


def _subject(room: Room, kind: DocumentKind, number: int, variant: str) -> Subject:
    session, deal = room.uow.session, room.deal
    region = load_region(room.uow.settings.region)
    result = session.get(Listing, deal.result_id) if deal.result_id else None
    need = session.get(Listing, deal.need_id) if deal.need_id else None
    return Subject(
        kind=kind,
        reference=f"JG-{deal.id:06d}-{_REFERENCE[kind]}{number:02d}",
        title=deal.title,
        seller=party_facts(session, region, deal.seller_party_id),
        buyer=party_facts(session, region, deal.buyer_party_id),
        result_title=result.title if result else "",
        need_title=need.title if need else "",
        variant=variant,
    )
