"""Reads what the next step of deals depends on: newest offers, texts, signatures and confirmations, for many deals at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.contracts.models import Document, DocumentParty, Scan, ScanConfirmation, Settlement, Signature
from marketplace.contracts.rules import DocumentKind, DocumentState, PaperState
from marketplace.deals.models import Deal, Offer
from marketplace.deals.progress import DocumentFacts, MoneyFacts, OfferFacts, ReceiptFacts, Situation, Who, other
from marketplace.kernel.clock import china_day
from marketplace.ledger.queries import owed_by_buyers
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.queries import in_flight, unpaid_lines

Pair = tuple[int, int]
"""A document or scan, and a party that has signed or confirmed it."""


def situations(session: Session, deals: Sequence[Deal]) -> dict[int, Situation]:
    """The situation of every deal, in a handful of queries however many there are."""
    ids = [deal.id for deal in deals]
    offers = newest_offers(session, ids)
    documents = _newest_documents(session, ids)
    signed = _signed(session, [document.id for document in documents.values()])
    confirmed = _confirmed(session, documents.values())
    orders = _orders(session, [document.id for document in documents.values()])
    unpaid = unpaid_lines(session, ids)
    owed = owed_by_buyers(session, ids)
    settle_on = _settle_on(session, ids)
    waiting: dict[int, list[Receipt]] = defaultdict(list)
    for receipt in in_flight(session, ids):
        waiting[receipt.deal_id].append(receipt)
    found = {}
    for deal in deals:
        facts = {
            kind: _document_facts(deal, document, signed, confirmed, orders[document.id])
            for kind in DocumentKind
            if (document := documents.get((deal.id, kind))) is not None
        }
        offer = offers.get(deal.id)
        found[deal.id] = Situation(
            deal.state,
            china_day(deal.moved_at),
            OfferFacts(offer.state, side_of(deal, offer.party_id), offer.valid_until) if offer else None,
            facts.get(DocumentKind.CONTRACT),
            facts.get(DocumentKind.LETTER_OF_INTENT),
            _money(deal, next(iter(waiting.get(deal.id, ())), None), unpaid.get(deal.id, []), owed.get(deal.id, 0) < 0),
            facts.get(DocumentKind.AMENDMENT),
            facts.get(DocumentKind.TERMINATION_AGREEMENT),
            settle_on.get(deal.id),
        )
    return found


def newest_offers(session: Session, deal_ids: Sequence[int]) -> dict[int, Offer]:
    """The newest offer of each deal that has one."""
    newest = select(func.max(Offer.id)).where(Offer.deal_id.in_(deal_ids)).group_by(Offer.deal_id)
    return {offer.deal_id: offer for offer in session.scalars(select(Offer).where(Offer.id.in_(newest)))}


def side_of(deal: Deal, party_id: int) -> Who:
    """Which side a party of the deal is."""
    return Who.SELLER if party_id == deal.seller_party_id else Who.BUYER


def _money(deal: Deal, receipt: Receipt | None, unpaid: Sequence[Milestone], is_overpaid: bool) -> MoneyFacts:
    """`unpaid` is in the order in which it is due."""
    due_on = unpaid[0].due_on if unpaid else None
    if receipt is None:
        return MoneyFacts(None, due_on, not unpaid, is_overpaid)
    waits_for = other(side_of(deal, receipt.party_id)) if receipt.confirmed_at is None else Who.OFFICIAL
    since = china_day(receipt.confirmed_at or receipt.reported_at)
    return MoneyFacts(ReceiptFacts(waits_for, since), due_on, not unpaid, is_overpaid)


def _settle_on(session: Session, deal_ids: Sequence[int]) -> dict[int, date]:
    """By when the parties settle a contract they have ended by agreement."""
    ended = (
        Document.deal_id.in_(deal_ids),
        Document.state == DocumentState.COMPLETE,
        Settlement.settle_on.is_not(None),
    )
    days = select(Document.deal_id, Settlement.settle_on).join(Settlement, Settlement.document_id == Document.id)
    return {deal_id: day for deal_id, day in session.execute(days.where(*ended)) if day is not None}


def _newest_documents(session: Session, deal_ids: Sequence[int]) -> dict[tuple[int, DocumentKind], Document]:
    valid = (Document.deal_id.in_(deal_ids), Document.state != DocumentState.VOID)
    newest = select(func.max(Document.id)).where(*valid).group_by(Document.deal_id, Document.kind)
    documents = session.scalars(select(Document).where(Document.id.in_(newest)))
    return {(document.deal_id, document.kind): document for document in documents}


def _signed(session: Session, document_ids: Sequence[int]) -> set[Pair]:
    rows = select(Signature.document_id, Signature.party_id).where(Signature.document_id.in_(document_ids))
    return {(document_id, party_id) for document_id, party_id in session.execute(rows)}


def _confirmed(session: Session, documents: Iterable[Document]) -> set[Pair]:
    """Confirmations of the scan that counts, by document."""
    uploaded = [document.id for document in documents if document.paper is not PaperState.NONE]
    newest = select(func.max(Scan.id)).where(Scan.document_id.in_(uploaded)).group_by(Scan.document_id)
    rows = select(Scan.document_id, ScanConfirmation.party_id).join(Scan, Scan.id == ScanConfirmation.scan_id)
    return {(document_id, party_id) for document_id, party_id in session.execute(rows.where(Scan.id.in_(newest)))}


def _orders(session: Session, document_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """The positions in which the parties of documents sign, by document and party."""
    columns = (DocumentParty.document_id, DocumentParty.party_id, DocumentParty.position)
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for document_id, party_id, position in session.execute(
        select(*columns).where(DocumentParty.document_id.in_(document_ids))
    ):
        found[document_id][party_id] = position
    return found


def _document_facts(
    deal: Deal, document: Document, signed: set[Pair], confirmed: set[Pair], order: Mapping[int, int]
) -> DocumentFacts:
    return DocumentFacts(
        document.state,
        document.paper,
        side_of(deal, document.by_party_id),
        _sides(deal, document.id, order, signed),
        _sides(deal, document.id, order, confirmed),
        _positions(deal, document.id, order, signed),
        document.sign_by,
    )


def _sides(deal: Deal, document_id: int, order: Mapping[int, int], pairs: set[Pair]) -> frozenset[Who]:
    """The sides of which everybody is among the pairs."""
    waits = {_seat(deal, party_id) for party_id in order if (document_id, party_id) not in pairs}
    return frozenset(_seat(deal, party_id) for party_id in order) - waits


def _positions(deal: Deal, document_id: int, order: Mapping[int, int], signed: set[Pair]) -> Mapping[Who, int]:
    """The place of each side: that of the first of it who has not signed."""
    found: dict[Who, int] = {}
    for party_id, position in sorted(order.items(), key=lambda one: ((document_id, one[0]) in signed, one[1])):
        found.setdefault(_seat(deal, party_id), position)
    return found


def _seat(deal: Deal, party_id: int) -> Who:
    """Which side of the table a party of a document is; who is neither seller nor buyer made the result."""
    both = {deal.seller_party_id, deal.buyer_party_id}
    return side_of(deal, party_id) if party_id in both else Who.MAKERS
