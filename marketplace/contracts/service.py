"""Use cases on the text of a document. They are called by the deal it belongs to, which has locked itself and says what the actor
is to it; nothing here decides who may see a deal."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from marketplace.contracts.clauses import Clause, Subject, amended, compose, digest, from_rows, to_rows
from marketplace.contracts.envelope import LONGEST_DAYS, USUAL, Envelope, last_day
from marketplace.contracts.events import DocumentMoved
from marketplace.contracts.makers import MakerShare
from marketplace.contracts.models import Document, DocumentParty
from marketplace.contracts.rules import (
    BINDING,
    CODE_LENGTH,
    CODE_LETTERS,
    DOCUMENT_STATES,
    LIVE,
    LONGEST_CLAUSE,
    LONGEST_REASON,
    OFFICIAL_AWAITED,
    UNSIGNED,
    ContractType,
    DocumentKind,
    DocumentState,
    PaperState,
    PriceModel,
    awaits_official,
)
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required

_BY_SYSTEM = frozenset({Relation.SYSTEM})


@dataclass(frozen=True)
class Figures:
    """What a document counts for, beside its text; `amount_fen` is the fixed (or intended) amount with tax."""

    amount_fen: int
    offer_id: int | None = None
    contract_type: ContractType | None = None
    price_model: PriceModel | None = None


@dataclass(frozen=True)
class Place:
    """Where a document stands: its deal, the party that writes it, both parties, seller first, and in the form of three parties
    those who made the result."""

    deal_id: int
    by_party_id: int
    party_ids: tuple[int, int]
    makers: tuple[MakerShare, ...] = ()


def next_number(uow: UnitOfWork, deal_id: int, kind: DocumentKind) -> int:
    """The number of the next text of this kind in the deal."""
    of_kind = (Document.deal_id == deal_id, Document.kind == kind)
    return (uow.session.scalar(select(func.max(Document.number)).where(*of_kind)) or 0) + 1


def draft(
    uow: UnitOfWork, place: Place, number: int, subject: Subject, clauses: Sequence[Clause], figures: Figures
) -> Document:
    """Write a new text. Raises Conflict when a live one of its kind is there; emits DocumentMoved."""
    live = (Document.deal_id == place.deal_id, Document.kind == subject.kind, Document.state.in_(LIVE))
    if uow.session.scalar(select(Document.id).where(*live)) is not None:
        raise Conflict(N_("There is a text already. Change that one, or decline it."))
    text = compose(subject, clauses)
    document = Document(
        deal_id=place.deal_id,
        kind=subject.kind,
        number=number,
        clauses=to_rows(clauses),
        text=text,
        sha256=digest(text),
        state=DocumentState.DRAFT,
        paper=PaperState.NONE,
        created_by_id=uow.actor.user_id,
        by_party_id=place.by_party_id,
        created_at=uow.now(),
        amount_fen=figures.amount_fen,
        offer_id=figures.offer_id,
        contract_type=figures.contract_type,
        price_model=figures.price_model,
    )
    uow.session.add(document)
    uow.flush()
    uow.session.add_all(DocumentParty(document_id=document.id, party_id=party_id) for party_id in place.party_ids)
    uow.session.add_all(
        DocumentParty(document_id=document.id, party_id=one.party_id, maker=number, share_bp=one.share_bp)
        for number, one in enumerate(place.makers, 1)
    )
    announce(uow, document, "draft", place.by_party_id)
    return document


def rewritten(document: Document, texts: Mapping[str, str], may_stay: bool = False) -> tuple[Clause, ...]:
    """The clauses of a document with new texts by key. Raises InvalidInput naming the clause that is empty or too long, and
    when nothing would change, unless they may stay because something else of the text does."""
    clauses = from_rows(document.clauses)
    keys = {clause.key for clause in clauses if not clause.is_locked}
    cleaned = {key: required(text, key, LONGEST_CLAUSE) for key, text in texts.items() if key in keys}
    new = amended(clauses, cleaned)
    if new == clauses and not may_stay:
        raise InvalidInput(N_("You changed nothing, so the text stays as it is."))
    return new


def send(
    uow: UnitOfWork,
    document: Document,
    relations: frozenset[Relation],
    party_id: int,
    envelope: Envelope = USUAL,
) -> None:
    """Open a text for signature; from here on it never changes, and has a code to check it by.

    Raises InvalidInput for a last day that is not one of the days allowed; emits DocumentMoved.
    """
    usual_days = DOCUMENT_STATES.days_allowed(DocumentState.SENT) or LONGEST_DAYS
    sign_by = last_day(china_day(uow.now()), envelope.sign_by, usual_days)
    advance(uow, DOCUMENT_STATES, document, "send", relations, sent_at=uow.now(), code=new_code(), sign_by=sign_by)
    of_document = select(DocumentParty).where(DocumentParty.document_id == document.id)
    for row in uow.session.scalars(of_document):
        row.position = envelope.position(row.party_id)
    uow.flush()
    announce(uow, document, "send", party_id)


def new_code() -> str:
    """A code by which anybody who has a document can check it."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def decline(uow: UnitOfWork, document: Document, relations: frozenset[Relation], party_id: int, reason: str) -> None:
    """Refuse to sign, with a reason. Raises Conflict for a paper all have confirmed; emits DocumentMoved."""
    require_no_official_awaited(document)
    said = required(reason, "reason", LONGEST_REASON)
    advance(uow, DOCUMENT_STATES, document, "decline", relations, said, note=said)
    announce(uow, document, "decline", party_id)


def expire(uow: UnitOfWork, document: Document) -> None:
    """The last day for signing has passed. Raises Conflict for a paper that waits for an official; emits DocumentMoved."""
    require_no_official_awaited(document)
    advance(uow, DOCUMENT_STATES, document, "expire", _BY_SYSTEM)
    announce(uow, document, "expire", None)


def void(
    uow: UnitOfWork,
    document: Document,
    relations: frozenset[Relation],
    party_id: int | None = None,
    reason: str = "",
) -> None:
    """Take a text out of use; signatures it has got so far count for nothing, and whoever gave them is told, with the reason.

    Raises Conflict when a party does it to a paper that both have confirmed; emits DocumentMoved.
    """
    if Relation.SYSTEM not in relations:
        require_no_official_awaited(document)
    was_open = document.state is DocumentState.SENT
    note = reason or ("" if was_open else document.note)
    advance(uow, DOCUMENT_STATES, document, "void", relations, note=note)
    announce(uow, document, "void", party_id, was_open=was_open)


def void_all(uow: UnitOfWork, deal_id: int, kinds: Sequence[DocumentKind]) -> None:
    """Take every text of these kinds that is not signed by both out of use, because the deal has moved on."""
    unsigned = (Document.deal_id == deal_id, Document.kind.in_(kinds), Document.state.in_(UNSIGNED))
    for document in uow.session.scalars(select(Document).where(*unsigned).order_by(Document.id)).all():
        void(uow, document, _BY_SYSTEM)


def require_no_official_awaited(document: Document) -> None:
    """Raise Conflict while the paper all parties have confirmed waits for an official."""
    if awaits_official(document.state, document.paper):
        raise Conflict(OFFICIAL_AWAITED)


def require_none_awaited(uow: UnitOfWork, deal_id: int, kinds: Collection[DocumentKind] = BINDING) -> None:
    """The same for all texts of these kinds of a deal."""
    sent = (Document.deal_id == deal_id, Document.kind.in_(kinds), Document.state == DocumentState.SENT)
    for document in uow.session.scalars(select(Document).where(*sent)):
        require_no_official_awaited(document)


def fetch(uow: UnitOfWork, document_id: int) -> Document:
    """The document as it is now, not as this unit has read it before. Raises NotFound."""
    document = uow.session.get(Document, document_id, populate_existing=True)
    if document is None:
        raise NotFound(N_("There is no such document."))
    return document


def announce(
    uow: UnitOfWork,
    document: Document,
    action: str,
    party_id: int | None,
    *,
    was_open: bool = False,
    signed_on: date | None = None,
) -> None:
    """Emit DocumentMoved."""
    kind, sha256, day = document.kind.value, document.sha256, signed_on.isoformat() if signed_on else None
    uow.emit(DocumentMoved(document.id, document.deal_id, kind, action, sha256, party_id, was_open, day))
